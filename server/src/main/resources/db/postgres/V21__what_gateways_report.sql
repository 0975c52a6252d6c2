-- A node with the role gateway, whose user can insert no key, adds to the audit trail what the data plane reports and nothing else: no event in a
-- person's name. The owner of the tables is not asked; other users that may do as much as it are let through. By number, not by name: what
-- somebody calls api_keys in a schema of their own is another table.
alter table audit_events enable row level security;

create policy readers on audit_events for select using (true);

create policy managers on audit_events
    using (has_table_privilege('api_keys'::regclass, 'insert'))
    with check (has_table_privilege('api_keys'::regclass, 'insert'));

create policy gateways on audit_events for insert
    with check ((action = 'credential.refused' and (actor = 'anonymous' or actor ~ '^ik[_a-z0-9]*…$'))
             or (action in ('key.budget_reached', 'workload.budget_reached', 'project.budget_reached') and actor = 'platform'));
