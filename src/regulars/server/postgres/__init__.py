"""A PostgreSQL of our own: a real server in a folder, with a secret password, reached through a private socket."""

from regulars.server.postgres.cluster import Cluster

__all__ = ["Cluster"]
