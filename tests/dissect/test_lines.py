from selectolax.lexbor import LexborHTMLParser

from marsad.dissect.lines import FLAGS, class_flags, html_lines, plain_lines


def read(html):
    text, lines = html_lines(LexborHTMLParser(html))
    return [(text[line.start : line.end], line) for line in lines]


def test_blocks_end_lines_and_inline_elements_do_not():
    out = read("<p>قال <b>الوزير</b> إن<br>المحادثات</p><div>بدأت</div>")
    assert [t for t, _ in out] == ["قال الوزير إن", "المحادثات", "بدأت"]


def test_scripts_styles_and_hidden_elements_are_left_out():
    out = read("<style>x</style><p hidden>أ</p><p style='display:none'>ب</p><script>var x</script><p>ج</p>")
    assert [t for t, _ in out] == ["ج"]


def test_links_url_tag_and_path():
    (_, plain), (_, linked) = read("<h1>عنوان</h1><ul><li><a href='/2'>خبر آخر</a></li></ul>")
    assert (plain.tag, plain.links, plain.url) == ("h1", 0, None)
    assert (linked.tag, linked.links, linked.url, linked.path) == ("li", 1, "/2", "/html/body/ul[1]/li[1]")


def test_class_names_speak():
    def names(text):
        return {f for i, f in enumerate(FLAGS) if class_flags(text) >> i & 1}

    assert "related" in names("td-related-posts")
    assert "body" in names("entry-content")
    assert "caption" in names("wp-caption-text")
    assert "ad" not in names("header-padding shadow")


def test_deep_nesting_is_read_without_a_crash():
    out = read("<div>" * 30_000 + "نص" + "</div>" * 30_000)
    assert "".join(t for t, _ in out) == "نص"


def test_plain_lines_are_exact():
    text = "\n أ \n\t\n\nب"
    assert [(text[x.start : x.end], x.path) for x in plain_lines(text)] == [(" أ ", "2"), ("ب", "5")]
    assert len(plain_lines(text, 1)) == 1
