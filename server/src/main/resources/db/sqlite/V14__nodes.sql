-- mark: chosen by chance for each entry, so that one that was lost in a failover is not mistaken for the one in its place.
-- ends_requests: whether the requests under way that go by what changed end with it.
alter table access_changes add column mark text not null default '';
alter table access_changes add column ends_requests integer not null default 0;

-- The processes that share this database. Times are by the store's clock, and nothing is decided by them: a node is lost (lost_at) once
-- somebody has seen beats stand still for the time of its lease, and says so here.
create table nodes (
    id                      text primary key,
    home_id                 text not null,
    name                    text not null,
    version                 text not null,
    role                    text not null,
    runs_engines            integer not null,
    advertised              text,
    lease_micros            integer not null,
    when_cut_off            text not null,
    when_cut_off_for_micros integer not null,
    started_at              integer not null,
    heartbeat_at            integer not null,
    beats                   integer not null,
    epoch                   integer not null,
    mark                    text not null,
    acknowledged_at         integer,
    draining                integer not null,
    lost_at                 integer
) strict;

-- What one node at a time does. token: grows each time that the lease changes hands.
create table leases (
    name    text primary key,
    node_id text,
    token   integer not null
) strict;
