"""The sample chain as a running installation: its places, staff, programme, members and two years of bills."""
