import threading
from concurrent.futures import ThreadPoolExecutor

from astonish.support.derived import cached


class Slow:
    def __init__(self, may_finish):
        self.started = threading.Event()
        self.may_finish = may_finish

    @cached
    def answer(self):
        """The answer."""
        self.started.set()
        self.may_finish.wait(timeout=10)
        return object()


def done():
    event = threading.Event()
    event.set()
    return event


def test_it_is_computed_once():
    slow = Slow(done())
    assert slow.answer is slow.answer


def test_what_is_assigned_wins():
    slow = Slow(done())
    slow.answer = 42
    assert slow.answer == 42
    assert not slow.started.is_set()


def test_what_is_deleted_is_computed_again():
    slow = Slow(done())
    first = slow.answer
    del slow.answer
    assert slow.answer is not first


def test_the_class_has_the_description():
    assert Slow.answer.__doc__ == "The answer."


def test_no_instance_waits_for_another():
    slow, quick = Slow(threading.Event()), Slow(done())
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(lambda: slow.answer)
        slow.started.wait()
        try:
            assert pool.submit(lambda: quick.answer).result(timeout=5) is quick.answer
        finally:
            slow.may_finish.set()
        assert waiting.result() is slow.answer


def test_threads_that_come_at_once_get_the_same():
    slow = Slow(threading.Event())
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(lambda: slow.answer) for _ in range(4)]
        slow.started.wait()
        slow.may_finish.set()
        assert {each.result() for each in answers} == {slow.answer}
