-- Reports read sums over five minutes, hours and days, and single records only where these are not there yet. Sums are made from records,
-- each span from the one below, and outlive them. span in seconds; at: when it begins; the histograms as LatencyHistogram writes them.

create table usage_sums (
    project       integer not null,
    span          integer not null,
    at            integer not null,
    series        integer not null,
    status        integer not null,
    requests      integer not null,
    input_tokens  integer not null,
    output_tokens integer not null,
    cached_tokens integer not null,
    durations     blob not null,
    first_bytes   blob not null,
    primary key (project, span, at, series, status)
) strict, without rowid;

-- rolled_until: five minutes before it are summed up; records_from: single records before it are forgotten.
alter table usage_projects add column rolled_until integer not null default 0;
alter table usage_projects add column records_from integer not null default 0;

-- Five minutes that records were added to after they were summed up.
create table usage_late (
    project integer not null,
    at      integer not null,
    primary key (project, at)
) strict, without rowid;

-- One row once someone has changed it.
create table usage_retention (
    id          integer primary key check (id = 1),
    record_days integer not null,
    sum_days    integer not null
) strict;

-- The trail is listed by time, and each way to look at it has an index in that order.
drop index audit_events_by_noun;
drop index audit_events_by_project;
drop index audit_events_by_project_and_noun;
create index audit_events_by_time on audit_events (at, id);
create index audit_events_by_noun on audit_events (noun, at, id);
create index audit_events_by_actor on audit_events (actor, at, id);
create index audit_events_by_target on audit_events (target, at, id);
create index audit_events_by_address on audit_events (from_address, at, id);
create index audit_events_by_project on audit_events (project_slug, at, id);
create index audit_events_by_project_and_noun on audit_events (project_slug, noun, at, id);
create index audit_events_by_project_and_actor on audit_events (project_slug, actor, at, id);
create index audit_events_by_project_and_target on audit_events (project_slug, target, at, id);
create index audit_events_by_project_and_address on audit_events (project_slug, from_address, at, id);
