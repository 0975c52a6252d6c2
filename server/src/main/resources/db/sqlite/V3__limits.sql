-- Null for no limit, in keys and in workloads.

alter table api_keys add column requests_per_minute integer;
alter table api_keys add column tokens_per_minute integer;
alter table api_keys add column max_concurrent_requests integer;

-- Not in workloads: limits are no part of what is declared. Only workloads that are limited have a row.
create table workload_limits (
    workload_id             text primary key references workloads (id) on delete cascade,
    requests_per_minute     integer,
    tokens_per_minute       integer,
    max_concurrent_requests integer
) strict, without rowid;
