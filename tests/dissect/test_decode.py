import pytest

from marsad.dissect.decode import decode

TEXT = "قال المتحدث باسم الوزارة إن المحادثات بدأت في بغداد"


@pytest.mark.parametrize("declared", ["", "utf-8", "windows-1256", "iso-8859-1", "nonsense-9"])
@pytest.mark.parametrize("real", ["utf-8", "cp1256"])
def test_real_encoding_wins_over_the_declared(real, declared):
    meta = f'<meta charset="{declared}">' if declared else ""
    text, encoding, problem = decode(f"<p>{meta}{TEXT}".encode(real), declared)
    assert TEXT in text
    assert encoding == real
    assert problem == ""


def test_byte_order_marks():
    assert decode("\ufeffخبر".encode("utf-16-le"))[0] == "خبر"
    assert decode("\ufeffخبر".encode())[0] == "خبر"


def test_page_cut_inside_a_letter_is_read_and_reported():
    text, encoding, problem = decode((TEXT * 5).encode()[:-1])
    assert text.endswith("\ufffd")
    assert (encoding, problem) == ("utf-8", "broken-encoding")
