"""The imports whose removal mends a cycle or a contract."""

import pytest

from archlint.project.cycles import cycles
from archlint.project.paths import Ban, Paths


def ring(size: int, cheap: int) -> dict[str, dict[str, int]]:
    """Return packages that import each other in a ring, one edge of which is cheaper to cut than the others."""
    names = [f"p{number:02}" for number in range(size)]
    return {
        name: {names[(number + 1) % size]: 1 if number == cheap else 3, names[(number + 2) % size]: 0}
        for number, name in enumerate(names)
    }


@pytest.mark.parametrize("size", [3, 10, 11, 40])
@pytest.mark.parametrize("cheap", [0, 1, 2])
def test_a_cycle_is_cut_where_it_is_cheapest(size: int, cheap: int) -> None:
    weights = ring(size, cheap)

    (found,) = cycles(weights)

    assert found.names == tuple(weights)
    assert sum(weights[name][other] for name, other in found.cuts) == 1
    assert (f"p{cheap:02}", f"p{cheap + 1 if cheap + 1 < size else 0:02}") in found.cuts


def test_many_packages_are_put_into_the_order_of_what_they_cost() -> None:
    names = [f"p{number:02}" for number in range(12)]
    weights = {name: dict.fromkeys(names[index + 1 :], 2) for index, name in enumerate(names)}
    weights[names[-1]] = {names[0]: 1, names[5]: 3}
    weights[names[7]] |= {names[2]: 1}

    (found,) = cycles(weights)

    assert found.cuts == (("p07", "p02"), ("p11", "p00"), ("p11", "p05"))


def ban(source: str, target: str) -> Ban:
    return Ban(frozenset({source}), frozenset({target}))


def test_fewest_links_are_the_least_that_stop_all_ways() -> None:
    paths = Paths({"a": {"b", "c"}, "b": {"d", "e"}, "c": {"d"}, "d": {"t"}, "e": {"t"}})

    assert paths.fewest([ban("a", "t")]) == [("d", "t"), ("e", "t")]


def test_of_several_bans_a_link_that_another_makes_needless_is_left_out() -> None:
    paths = Paths({"a": {"m"}, "m": {"n"}, "n": {"x"}})

    assert paths.fewest([ban("a", "x")]) == [("n", "x")]
    assert paths.fewest([ban("a", "x"), ban("m", "n")]) == [("m", "n")]


def test_a_link_that_is_illegal_itself_stays() -> None:
    paths = Paths({"a": {"n", "x"}, "n": {"x"}})

    assert paths.fewest([ban("a", "x"), ban("a", "n")]) == [("a", "n"), ("a", "x")]
