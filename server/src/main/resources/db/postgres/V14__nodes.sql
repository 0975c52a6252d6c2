-- mark: chosen by chance for each entry, so that one that was lost in a failover is not mistaken for the one in its place.
-- ends_requests: whether the requests under way that go by what changed end with it.
alter table access_changes add column mark text collate "C" not null default '';
alter table access_changes add column ends_requests integer not null default 0;

-- The processes that share this database. Times are by the database's clock, and nothing is decided by them: a node is lost (lost_at) once
-- somebody has seen beats stand still for the time of its lease, and says so here.
create table nodes (
    id                      text collate "C" primary key,
    home_id                 text collate "C" not null,
    name                    text collate "C" not null,
    version                 text collate "C" not null,
    role                    text collate "C" not null,
    runs_engines            integer not null,
    advertised              text collate "C",
    lease_micros            bigint not null,
    when_cut_off            text collate "C" not null,
    when_cut_off_for_micros bigint not null,
    started_at              bigint not null,
    heartbeat_at            bigint not null,
    beats                   bigint not null,
    epoch                   bigint not null,
    mark                    text collate "C" not null,
    acknowledged_at         bigint,
    draining                integer not null,
    lost_at                 bigint
);

-- What one node at a time does. token: grows each time that the lease changes hands.
create table leases (
    name    text collate "C" primary key,
    node_id text collate "C",
    token   bigint not null
);
