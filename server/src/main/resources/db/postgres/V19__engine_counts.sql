-- What model servers have counted themselves, to be compared with what was metered. A row goes with its workload.
create table engine_counts (
    replica_id    text collate "C" primary key,
    workload_id   text collate "C" not null references workloads (id) on delete cascade,
    node          text collate "C" not null,
    engine        text collate "C",
    started_at    bigint not null,
    read_at       bigint not null,
    ended_at      bigint,
    prompt_tokens bigint not null,
    output_tokens bigint not null,
    resets        bigint not null,
    problem       text collate "C"
);
create index engine_counts_by_workload on engine_counts (workload_id, started_at);

-- Whatever was used under a slug that nobody knows any more has one number, whichever node is the first to need it.
create unique index usage_projects_unknown on usage_projects (slug) where project_id is null;
