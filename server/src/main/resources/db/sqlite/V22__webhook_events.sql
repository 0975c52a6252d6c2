-- Events that are to be sent to the operator's receiver of webhooks; a row goes when it was accepted or given up. data: a JSON object.
create table webhook_events (
    id       text primary key,
    type     text not null,
    at       integer not null,
    data     text not null,
    due_at   integer not null default 0,
    attempts integer not null default 0
) strict, without rowid;
create index webhook_events_by_due_at on webhook_events (due_at, at, id);
