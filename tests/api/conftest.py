"""What the tests of the API share."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from regulars.webhooks.addresses import Reach
from tests.api.receiver import Receiver, receiving
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


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found, override_settings(WEBHOOK_REACH=Reach.read("127.0.0.0/8", plain_http=True)):
        yield found
