"""What the tests of the API share."""

import pytest

from tests.api.world import Till, World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def till(world: World) -> Till:
    return Till(world.key("till"))


@pytest.fixture
def administrator(world: World) -> Till:
    return Till(world.key("administrator"))
