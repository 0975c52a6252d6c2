-- What model servers have counted themselves, to be compared with what was metered. A row goes with its workload.
create table engine_counts (
    replica_id    text primary key,
    workload_id   text not null references workloads (id) on delete cascade,
    node          text not null,
    engine        text,
    started_at    integer not null,
    read_at       integer not null,
    ended_at      integer,
    prompt_tokens integer not null,
    output_tokens integer not null,
    resets        integer not null,
    problem       text
) strict, without rowid;
create index engine_counts_by_workload on engine_counts (workload_id, started_at);

-- Whatever was used under a slug that nobody knows any more has one number, whichever node is the first to need it.
create unique index usage_projects_unknown on usage_projects (slug) where project_id is null;
