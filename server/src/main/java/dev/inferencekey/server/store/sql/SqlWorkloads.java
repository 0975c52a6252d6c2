package dev.inferencekey.server.store.sql;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.WorkloadStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

final class SqlWorkloads implements WorkloadStore {
    private static final String SELECT = """
            select w.id, w.project_id, p.slug as project_slug, w.slug, w.name, w.description, w.task_type, w.backend,
                   w.model_name, w.config, w.worker_id, w.gpu_resource_id, w.execution_policy,
                   w.execution_policy_config, w.revision, w.created_at, w.updated_at
              from workloads w
              join projects p on p.id = w.project_id
            """;

    private final SqlSession session;

    SqlWorkloads(SqlSession session) {
        this.session = session;
    }

    @Override
    public boolean insert(Workload workload) {
        Update insert = session.update("""
                        insert into workloads (id, project_id, slug, name, description, task_type, backend, model_name,
                                               config, worker_id, gpu_resource_id, execution_policy,
                                               execution_policy_config, revision, created_at, updated_at)
                        values (:id, :projectId, :slug, :name, :description, :taskType, :backend, :modelName,
                                :config, :workerId, :gpuResourceId, :executionPolicy,
                                :executionPolicyConfig, :revision, :createdAt, :updatedAt)
                        on conflict (project_id, slug) do nothing
                        """)
                .bind("projectId", workload.projectId())
                .bind("slug", workload.slug())
                .bind("taskType", workload.taskType().wire())
                .bind("createdAt", Columns.micros(workload.createdAt()));
        return bindMutable(insert, workload).execute() > 0;
    }

    @Override
    public boolean update(Workload workload) {
        Update update = session.update("""
                update workloads
                   set name = :name, description = :description, backend = :backend, model_name = :modelName,
                       config = :config, worker_id = :workerId, gpu_resource_id = :gpuResourceId,
                       execution_policy = :executionPolicy, execution_policy_config = :executionPolicyConfig,
                       revision = :revision, updated_at = :updatedAt
                 where id = :id
                """);
        return bindMutable(update, workload).execute() > 0;
    }

    private static Update bindMutable(Update update, Workload workload) {
        return update.bind("id", workload.id())
                .bind("name", workload.name())
                .bind("description", workload.description())
                .bind("backend", workload.backend())
                .bind("modelName", workload.modelName())
                .bind("config", Columns.json(workload.config()))
                .bind("workerId", workload.workerId())
                .bind("gpuResourceId", workload.gpuResourceId())
                .bind("executionPolicy", workload.executionPolicy())
                .bind("executionPolicyConfig", Columns.json(workload.executionPolicyConfig()))
                .bind("revision", workload.revision())
                .bind("updatedAt", Columns.micros(workload.updatedAt()));
    }

    @Override
    public Optional<Workload> find(String id) {
        return workloads(session.query(SELECT + "where w.id = :id").bind("id", id)).stream()
                .findFirst();
    }

    @Override
    public Optional<Workload> findBySlug(String projectId, String slug) {
        return workloads(session.query(SELECT + "where w.project_id = :projectId and w.slug = :slug")
                        .bind("projectId", projectId)
                        .bind("slug", slug))
                .stream()
                .findFirst();
    }

    @Override
    public Page<Workload> list(String projectId, PageRequest page) {
        List<Workload> rows =
                workloads(KeySet.ascending(session.query(SELECT + """
                                where w.project_id = :projectId and w.id > :after
                                order by w.id
                                limit :limit
                                """), page).bind("projectId", projectId));
        return KeySet.page(rows, page, Workload::id);
    }

    @Override
    public List<Workload> all() {
        return workloads(session.query(SELECT + "order by w.id"));
    }

    @Override
    public boolean delete(String id) {
        return session.update("delete from workloads where id = :id")
                        .bind("id", id)
                        .execute()
                > 0;
    }

    @Override
    public Limits limits(String id) {
        return session.query("""
                        select requests_per_minute, tokens_per_minute, max_concurrent_requests
                          from workload_limits
                         where workload_id = :id
                        """)
                .bind("id", id)
                .map((row, context) -> LimitColumns.limits(row))
                .findFirst()
                .orElse(Limits.NONE);
    }

    @Override
    public Map<String, Limits> allLimits() {
        Map<String, Limits> limits = new HashMap<>();
        session.query("""
                        select workload_id, requests_per_minute, tokens_per_minute, max_concurrent_requests
                          from workload_limits
                        """)
                .map((row, context) -> Map.entry(row.getString("workload_id"), LimitColumns.limits(row)))
                .forEach(row -> limits.put(row.getKey(), row.getValue()));
        return limits;
    }

    @Override
    public void setLimits(String id, Limits limits) {
        if (limits.unlimited()) {
            session.update("delete from workload_limits where workload_id = :id")
                    .bind("id", id)
                    .execute();
            return;
        }
        LimitColumns.bind(session.update("""
                        insert into workload_limits (workload_id, requests_per_minute, tokens_per_minute,
                                                     max_concurrent_requests)
                        values (:id, :requestsPerMinute, :tokensPerMinute, :maxConcurrentRequests)
                        on conflict (workload_id) do update
                           set requests_per_minute = excluded.requests_per_minute,
                               tokens_per_minute = excluded.tokens_per_minute,
                               max_concurrent_requests = excluded.max_concurrent_requests
                        """), limits).bind("id", id).execute();
    }

    private static List<Workload> workloads(Query query) {
        return query.map((row, context) -> workload(row)).list();
    }

    private static Workload workload(ResultSet row) throws SQLException {
        return new Workload(
                row.getString("id"),
                row.getString("project_id"),
                row.getString("project_slug"),
                row.getString("slug"),
                row.getString("name"),
                Columns.textOrNull(row, "description"),
                TaskType.fromWire(row.getString("task_type")).orElseThrow(),
                row.getString("backend"),
                row.getString("model_name"),
                Columns.objectOrNull(row, "config"),
                Columns.textOrNull(row, "worker_id"),
                Columns.textOrNull(row, "gpu_resource_id"),
                Columns.textOrNull(row, "execution_policy"),
                Columns.objectOrNull(row, "execution_policy_config"),
                row.getLong("revision"),
                Columns.time(row, "created_at"),
                Columns.time(row, "updated_at"));
    }
}
