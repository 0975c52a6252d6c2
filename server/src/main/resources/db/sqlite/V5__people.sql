-- What browsers echo with each change follows from the session's own secret, so it is not kept.
alter table user_sessions drop column csrf_sha256;
alter table user_sessions add column user_agent text not null default '';
alter table user_sessions add column last_seen_at integer not null default 0;
update user_sessions set last_seen_at = created_at;

-- project_id and role: null for an invitation to own the installation
create table invitations (
    id            text primary key,
    secret_sha256 blob not null,
    project_id    text references projects (id) on delete cascade,
    role          text,
    email         text,
    created_by    text not null,
    created_at    integer not null,
    expires_at    integer not null
) strict, without rowid;
create index invitations_by_project on invitations (project_id, created_at);
create index invitations_by_expiry on invitations (expires_at);
