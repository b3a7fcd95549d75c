from app.kernel import clock
from app.web.memory import Memory


class Asked:
    def __init__(self, *answers):
        self.answers = list(answers)

    def __call__(self):
        return self.answers.pop(0)


def test_an_answer_is_good_for_its_time_and_no_longer(monkeypatch):
    memory, ask = Memory(seconds=3), Asked("old", "new")
    at = clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: at)
    assert memory.recall_or_learn("q", ask) == "old"
    monkeypatch.setattr(clock, "monotonic", lambda: at + 2.9)
    assert memory.recall_or_learn("q", ask) == "old"
    monkeypatch.setattr(clock, "monotonic", lambda: at + 3)
    assert memory.recall_or_learn("q", ask) == "new"


def test_bad_news_is_not_kept():
    memory, ask = Memory(seconds=3), Asked(None, "found")
    assert memory.recall_or_learn("q", ask) is None
    assert memory.recall_or_learn("q", ask) == "found"


def test_asking_anew_forgets_what_was_known_when_the_answer_is_no():
    memory = Memory(seconds=3)
    memory.learn("q", Asked("yes"))
    memory.learn("q", Asked(None))
    assert memory.recall("q") is None


def test_memory_is_bounded():
    memory = Memory(seconds=3, most=2)
    for question in range(3):
        memory.learn(question, Asked("yes"))
    assert [memory.recall(question) for question in range(3)] == [None, None, "yes"]
