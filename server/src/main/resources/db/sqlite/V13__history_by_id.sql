-- Usage and audit trail belong to a project's id: a project that is made under the slug of a deleted one reads nothing of what that one
-- left. What is older than the project that has the slug now is its predecessor's.

alter table usage_projects rename to usage_projects_12;

-- project_id: null for projects that were gone before it was kept
create table usage_projects (
    id           integer primary key,
    project_id   text unique,
    slug         text not null,
    rolled_until integer not null default 0,
    records_from integer not null default 0
) strict;
create index usage_projects_by_slug on usage_projects (slug, id);

insert into usage_projects (id, project_id, slug, rolled_until, records_from)
    select u.id, p.id, u.slug, u.rolled_until, u.records_from
      from usage_projects_12 u
      left join projects p on p.slug = u.slug;
drop table usage_projects_12;

create temporary table predecessors as
    select u.id as project, p.created_at as until, null as predecessor
      from usage_projects u
      join projects p on p.id = u.project_id
     where exists (select 1 from usage_records r where r.project = u.id and r.at < p.created_at)
        or exists (select 1 from usage_sums s where s.project = u.id and s.at + s.span * 1000000 <= p.created_at);
update predecessors
   set predecessor = (select max(id) from usage_projects)
                     + (select count(*) from predecessors other where other.project <= predecessors.project);
insert into usage_projects (id, slug, rolled_until, records_from)
    select d.predecessor, u.slug, u.rolled_until, u.records_from
      from predecessors d
      join usage_projects u on u.id = d.project;

update usage_records
   set project = (select predecessor from predecessors d where d.project = usage_records.project)
 where exists (select 1 from predecessors d where d.project = usage_records.project and usage_records.at < d.until);
-- Sums over the time in which both were there are the predecessor's, so that nothing of it is told; for the other they are made again
-- from its records, where these are still there.
update usage_sums
   set project = (select predecessor from predecessors d where d.project = usage_sums.project)
 where exists (select 1 from predecessors d where d.project = usage_sums.project and usage_sums.at < d.until);
update usage_late
   set project = (select predecessor from predecessors d where d.project = usage_late.project)
 where exists (select 1 from predecessors d where d.project = usage_late.project and usage_late.at < d.until);
insert into usage_late (project, at)
    select d.project, d.until - d.until % 300000000
      from predecessors d
      join usage_projects u on u.id = d.project
     where d.until - d.until % 300000000 >= u.records_from and d.until < u.rolled_until
        on conflict do nothing;
drop table predecessors;

alter table audit_events add column project_id text;
update audit_events
   set project_id = (select p.id from projects p
                      where p.slug = audit_events.project_slug and p.created_at <= audit_events.at)
 where project_slug is not null;
drop index audit_events_by_project;
drop index audit_events_by_project_and_noun;
drop index audit_events_by_project_and_actor;
drop index audit_events_by_project_and_target;
drop index audit_events_by_project_and_address;
create index audit_events_by_project on audit_events (project_id, at, id);
create index audit_events_by_project_and_noun on audit_events (project_id, noun, at, id);
create index audit_events_by_project_and_actor on audit_events (project_id, actor, at, id);
create index audit_events_by_project_and_target on audit_events (project_id, target, at, id);
create index audit_events_by_project_and_address on audit_events (project_id, from_address, at, id);
