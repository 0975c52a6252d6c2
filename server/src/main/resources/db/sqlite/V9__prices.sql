-- What the tokens of a workload cost: pico-USD per token, from since (included) to until (excluded; the highest number while it holds).
-- By slug, like the grants of keys: a price outlives a workload that is deleted, and may be there before it. cached_input: null for the
-- same as input.
create table workload_prices (
    project_id    text not null references projects (id) on delete cascade,
    workload_slug text not null,
    since         integer not null,
    until         integer not null,
    input         integer not null,
    cached_input  integer,
    output        integer not null,
    primary key (project_id, workload_slug, since)
) strict, without rowid;
create index workload_prices_by_end on workload_prices (project_id, until, workload_slug);

-- What requests cost in nano-USD, computed when they are imported; null where there was no price, and for all of before.
alter table usage_records add column cost integer;
alter table usage_sums add column cost integer not null default 0;
