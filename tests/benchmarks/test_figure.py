from benchmarks.figure import Figure, table

LESS = Figure(name="CPU", value=0.05, unit="of boto3's", reach=0.0667, better="lower")
MORE = Figure(
    name="posts", value=7_999, unit="a second", reach=8_000, better="higher", compared_with="1,700"
)


def test_figure_is_met_when_it_reaches_what_it_should() -> None:
    assert LESS.is_met
    assert not MORE.is_met
    assert MORE.to_json()["met"] is False


def test_table_says_what_was_measured_and_what_is_missed() -> None:
    _, less, more = table([LESS, MORE]).splitlines()

    assert less.split("  ")[0] == "CPU"
    assert "0.05 of boto3's" in less
    assert "≤ 0.0667" in less
    assert "met" in less
    assert "7,999 a second" in more
    assert more.endswith("MISSED  1,700")
