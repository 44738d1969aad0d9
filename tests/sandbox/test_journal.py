"""The journal of a box that runs for long."""

from azmlflow.sandbox.journal import Exchange, Journal


def test_it_keeps_the_first_half_and_the_latest():
    journal = Journal(6)
    heard: list[Exchange] = []
    journal.listen(heard.append)
    for number in range(20):
        journal.add(Exchange("host", "GET", f"/{number}", 200))
    assert [exchange.path for exchange in journal] == ["/0", "/1", "/2", "/17", "/18", "/19"]
    assert (len(journal), journal[-1].path, len(heard)) == (6, "/19", 20)
    journal.clear()
    assert list(journal) == []
    journal.add(Exchange("host", "GET", "/again", 200))
    assert journal.of("host", "/again") == [journal[0]]
