-- Events that are to be sent to the operator's receiver of webhooks; a row goes when it was accepted or given up. data: a JSON object.
-- Gateways add rows, which others sign and send: what they add can't break out of its place.
create table webhook_events (
    id       text collate "C" primary key check (id ~ '^[A-Za-z0-9_]{1,64}$'),
    type     text collate "C" not null check (type ~ '^[a-z_.]{1,64}$'),
    at       bigint not null,
    data     text collate "C" not null check (length(data) <= 20000 and json_typeof(data::json) = 'object'),
    due_at   bigint not null default 0,
    attempts integer not null default 0
);
create index webhook_events_by_due_at on webhook_events (due_at, at, id);

-- As for the audit trail: whoever can insert no key tells of budgets and of nothing else.
alter table webhook_events enable row level security;

create policy readers on webhook_events for select using (true);

create policy managers on webhook_events
    using (has_table_privilege('api_keys'::regclass, 'insert'))
    with check (has_table_privilege('api_keys'::regclass, 'insert'));

create policy gateways on webhook_events for insert with check (type = 'budget.threshold_reached');

-- Whoever books what was spent also notes that a budget has reached a threshold, in the same transaction: gateways whose rights are of the
-- release before go on with their budgets.
do $$
declare
    gateway record;
begin
    for gateway in
        select distinct r.rolname
          from pg_class c
         cross join lateral aclexplode(c.relacl) a
          join pg_roles r on r.oid = a.grantee
         where c.oid = 'budget_accounts'::regclass and a.privilege_type = 'INSERT' and r.oid <> c.relowner
    loop
        execute format('grant insert (id, type, at, data) on webhook_events to %I', gateway.rolname);
    end loop;
end $$;
