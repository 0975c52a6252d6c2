-- What was decided on each workload, and what has to be remembered of it to decide on. No reference to the workload: what runs has to be
-- known until it has ended. goal: replicas, closed, unplaced or impossible; revision and secret_set_at: what replicas are started from;
-- not_before, reason, failures, hopeless: when and why another attempt is put off.
create table workload_runs (
    workload_id   text collate "C" primary key,
    goal          text collate "C" not null,
    replicas      integer not null,
    wakes         integer not null,
    opens_at      bigint,
    why           text collate "C",
    revision      bigint,
    secret_set_at bigint,
    failures      integer not null,
    hopeless      integer not null,
    not_before    bigint,
    reason        text collate "C",
    since         bigint not null,
    was_ready     integer not null
);

-- Each replica, where it is to run, and how it stands there. wanted and noted are written by whoever decides, what is below placed_at by
-- its node alone. sealed_secret: what calls have to carry. node_address: where its node listens for other nodes.
create table replicas (
    id            text collate "C" primary key,
    workload_id   text collate "C" not null,
    node_id       text collate "C" not null,
    revision      bigint not null,
    secret_set_at bigint,
    wanted        integer not null,
    noted         integer not null,
    placed_at     bigint not null,
    phase         text collate "C" not null,
    step          text collate "C" not null,
    message       text collate "C" not null,
    retryable     integer not null,
    ready_since   bigint,
    base_url      text collate "C",
    model         text collate "C",
    sealed_secret bytea,
    external      integer,
    below_v1      integer,
    node_address  text collate "C"
);
create index replicas_by_workload on replicas (workload_id);

-- Word that a workload was asked for, left by a node that does not decide for the one that does.
create table workload_asks (
    workload_id text collate "C" primary key
);
