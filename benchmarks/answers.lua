-- wrk sends pages of answers: the first page of every student, then the second page of every student, and so on, so that no
-- student sends two pages at once. Arguments: a file with the Cookie header of each student, and the address, in which
-- PAGE stands for the number of the page.
local PAGES, ITEMS = 6, 10
local cookies, address, student, page = {}, nil, 0, 1

function init(arguments)
  for cookie in io.lines(arguments[1]) do cookies[#cookies + 1] = cookie end
  address = arguments[2]
end

function request()
  student = student + 1
  if student > #cookies then student, page = 1, page % PAGES + 1 end
  local answers = {"go=next"}
  for item = (page - 1) * ITEMS + 1, page * ITEMS do
    answers[#answers + 1] = "item-" .. item .. "=" .. math.random(5)
  end
  local headers = {
    ["Cookie"] = cookies[student],
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Sec-Fetch-Site"] = "same-origin",
  }
  return wrk.format("POST", address:gsub("PAGE", page), headers, table.concat(answers, "&"))
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("\nMEASURED %d %d %d %d %d\n",
    summary.requests, summary.duration, failed, latency:percentile(50), latency:percentile(99)))
end
