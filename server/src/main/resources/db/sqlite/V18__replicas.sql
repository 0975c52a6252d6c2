-- What was decided on each workload, and what has to be remembered of it to decide on. No reference to the workload: what runs has to be
-- known until it has ended. goal: replicas, closed, unplaced or impossible; revision and secret_set_at: what replicas are started from;
-- not_before, reason, failures, hopeless: when and why another attempt is put off.
create table workload_runs (
    workload_id   text primary key,
    goal          text not null,
    replicas      integer not null,
    wakes         integer not null,
    opens_at      integer,
    why           text,
    revision      integer,
    secret_set_at integer,
    failures      integer not null,
    hopeless      integer not null,
    not_before    integer,
    reason        text,
    since         integer not null,
    was_ready     integer not null
) strict, without rowid;

-- Each replica, where it is to run, and how it stands there. wanted and noted are written by whoever decides, what is below placed_at by
-- its node alone. sealed_secret: what calls have to carry. node_address: where its node listens for other nodes.
create table replicas (
    id            text primary key,
    workload_id   text not null,
    node_id       text not null,
    revision      integer not null,
    secret_set_at integer,
    wanted        integer not null,
    noted         integer not null,
    placed_at     integer not null,
    phase         text not null,
    step          text not null,
    message       text not null,
    retryable     integer not null,
    ready_since   integer,
    base_url      text,
    model         text,
    sealed_secret blob,
    external      integer,
    below_v1      integer,
    node_address  text
) strict, without rowid;
create index replicas_by_workload on replicas (workload_id);

-- Word that a workload was asked for, left by a node that does not decide for the one that does.
create table workload_asks (
    workload_id text primary key
) strict, without rowid;
