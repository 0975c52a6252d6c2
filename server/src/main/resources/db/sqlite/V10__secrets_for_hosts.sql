-- What a secret may be used for. hosts: those it may be sent to, as host or host:port, separated by spaces. engines: whether model
-- servers of this machine may be given it.
alter table upstream_secrets add column hosts text not null default '';
alter table upstream_secrets add column engines integer not null default 0;
alter table upstream_secrets add column created_at integer not null default 0;
update upstream_secrets set created_at = updated_at;

-- Those that are there already are bound to where workloads send them now, exact port included. Which of the workloads are ready is kept
-- nowhere; each declared one has sent the secret with its probes. What no workload uses is bound to nothing, until it is stored again.
update upstream_secrets
   set hosts = coalesce((
        select group_concat(used.host, ' ')
          from (select distinct
                       case
                           when authority like '%]' or instr(authority, ':') = 0
                               then authority || case when url like 'https:%' then ':443' else ':80' end
                           else authority
                       end as host
                  from (select url,
                               case instr(rest, '/') when 0 then rest else substr(rest, 1, instr(rest, '/') - 1) end
                                   as authority
                          from (select url, substr(url, instr(url, '://') + 3) as rest
                                  from (select lower(json_extract(w.config, '$.base_url')) as url
                                          from workloads w
                                         where w.project_id = upstream_secrets.project_id
                                           and w.backend = 'external'
                                           and json_valid(w.config)
                                           and json_extract(w.config, '$.secret_ref') = upstream_secrets.name)
                                 where instr(url, '://') > 0))) as used), '');
