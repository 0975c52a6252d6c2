-- How much may be spent: of a key, of a workload or of a project, by which of key_id and workload_id is there; at most one of each unit.
-- amount: nano-USD or tokens, as unit says.
create table budgets (
    id          text collate "C" primary key,
    project_id  text collate "C" not null references projects (id) on delete cascade,
    workload_id text collate "C" references workloads (id) on delete cascade,
    key_id      text collate "C" references api_keys (id) on delete cascade,
    unit        text collate "C" not null,
    amount      bigint not null,
    period      text collate "C" not null,
    zone        text collate "C" not null
);
create unique index budgets_by_subject on budgets (project_id, coalesce(workload_id, ''), coalesce(key_id, ''), unit);
create index budgets_by_workload on budgets (workload_id);
create index budgets_by_key on budgets (key_id);

-- What calls without a price are under the budgets of a project, where it is not that they are refused.
create table projects_with_free_calls (
    project_id text collate "C" primary key references projects (id) on delete cascade
);

-- What has become of a budget in the period that began then (0 for one that never ends). spent + held <= amount, but for what was lowered
-- afterwards. held: the sum of what is held in budget_holds. recalls: counts up when somebody needs what others hold idle.
create table budget_accounts (
    budget_id    text collate "C" not null references budgets (id) on delete cascade,
    period_start bigint not null,
    spent        bigint not null,
    held         bigint not null,
    recalls      bigint not null,
    primary key (budget_id, period_start)
) with (fillfactor = 50); -- Room in each page for the next state of its rows, which change with every batch.

create table budget_holds (
    budget_id    text collate "C" not null,
    period_start bigint not null,
    holder       text collate "C" not null,
    held         bigint not null,
    primary key (budget_id, period_start, holder),
    foreign key (budget_id, period_start) references budget_accounts (budget_id, period_start) on delete cascade
);
create index budget_holds_by_holder on budget_holds (holder, budget_id, period_start);

-- Runs of nodes' ledgers. last_batch: the number of the last batch that was booked, so that none is booked twice. closed: 1 once its node
-- is gone, and nothing of it is booked any more.
create table budget_holders (
    id         text collate "C" primary key,
    node_id    text collate "C" not null,
    last_batch bigint not null,
    closed     integer not null
);
create index budget_holders_by_state on budget_holders (closed, node_id);

-- Usage records whose spending was booked when they were imported.
create table budget_imports (
    usage_id text collate "C" primary key
);
