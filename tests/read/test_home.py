from marsad.read import read_sentence


def country(text, outlet, fast):
    reading = read_sentence("x", text, None, outlet=outlet, fast=fast)
    return {text[m.start : m.end]: m.country for m in reading.mentions}


def test_where_no_country_is_named_it_is_the_outlets_own():
    text = "قال مسؤول إن الطريق مغلق"
    assert country(text, "okaz", True)["مسؤول"] == "SAU"
    assert country(text, "www.aps.dz", True)["مسؤول"] == "DZA"
    assert country(text, "", True)["مسؤول"] == ""


def test_a_named_country_wins_over_the_outlets_own():
    assert country("قال مسؤول عراقي إن الطريق مغلق", "okaz", True)["مسؤول عراقي"] == "IRQ"
