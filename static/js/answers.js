// Optional: the keys 1 to 5 answer the activity in focus and go on to the next one. Arrow keys work without this.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-5]$/.test(event.key)) return;
  const items = [...document.querySelectorAll("fieldset.item")];
  const here = document.activeElement.closest("fieldset.item") ?? items.find((item) => !item.querySelector(":checked"));
  if (!here) return;
  here.querySelector(`input[value="${event.key}"]`).checked = true;
  const next = items[items.indexOf(here) + 1];
  const target = next ? (next.querySelector(":checked") ?? next.querySelector("input")) : document.querySelector("button[value=next]");
  target.focus();
  target.scrollIntoView({ block: "center" });
  event.preventDefault();
});
