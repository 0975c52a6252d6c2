package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.budget.AccountKey;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetAccount;
import dev.inferencekey.server.domain.budget.BudgetPeriod;
import dev.inferencekey.server.domain.budget.BudgetSettings;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.budget.BudgetUnit;
import dev.inferencekey.server.ports.store.BudgetStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

final class SqlBudgets implements BudgetStore {
    private static final String COLUMNS =
            "b.id, b.project_id, b.workload_id, b.key_id, b.unit, b.amount, b.period, b.zone";

    private final SqlSession session;

    SqlBudgets(SqlSession session) {
        this.session = session;
    }

    @Override
    public List<Budget> of(BudgetSubject subject) {
        String those = switch (subject.kind()) {
            case KEY -> "b.key_id = :id";
            case WORKLOAD -> "b.workload_id = :id";
            case PROJECT -> "b.project_id = :id and b.workload_id is null and b.key_id is null";
        };
        return session.query("select " + COLUMNS + " from budgets b where " + those + " order by b.unit desc")
                .bind("id", subject.id())
                .map((row, context) -> budget(row))
                .list();
    }

    @Override
    public Optional<Budget> find(String id) {
        return session.query("select " + COLUMNS + " from budgets b where b.id = :id")
                .bind("id", id)
                .map((row, context) -> budget(row))
                .findOne();
    }

    @Override
    public List<Budget> all() {
        return session.query("select " + COLUMNS + " from budgets b order by b.id")
                .map((row, context) -> budget(row))
                .list();
    }

    private static Budget budget(ResultSet row) throws SQLException {
        String keyId = row.getString("key_id");
        String workloadId = row.getString("workload_id");
        return new Budget(
                row.getString("id"),
                keyId != null
                        ? BudgetSubject.ofKey(keyId)
                        : workloadId != null
                                ? BudgetSubject.ofWorkload(workloadId)
                                : BudgetSubject.ofProject(row.getString("project_id")),
                BudgetUnit.ofWire(row.getString("unit")),
                row.getLong("amount"),
                BudgetPeriod.parse("period", row.getString("period")),
                BudgetSettings.parseZone("zone", row.getString("zone")));
    }

    @Override
    public void put(String projectId, Budget budget) {
        BudgetSubject subject = budget.subject();
        session.update("""
                        insert into budgets (id, project_id, workload_id, key_id, unit, amount, period, zone)
                        values (:id, :projectId, :workloadId, :keyId, :unit, :amount, :period, :zone)
                            on conflict (id) do update set amount = excluded.amount
                        """)
                .bind("id", budget.id())
                .bind("projectId", projectId)
                .bind("workloadId", idIf(subject, BudgetSubject.Kind.WORKLOAD))
                .bind("keyId", idIf(subject, BudgetSubject.Kind.KEY))
                .bind("unit", budget.unit().wire())
                .bind("amount", budget.amount())
                .bind("period", budget.period().wire())
                .bind("zone", budget.zone().getId())
                .execute();
    }

    private static @Nullable String idIf(BudgetSubject subject, BudgetSubject.Kind kind) {
        return subject.kind() == kind ? subject.id() : null;
    }

    @Override
    public void remove(String id) {
        session.update("delete from budgets where id = :id").bind("id", id).execute();
    }

    @Override
    public boolean unpricedIsFree(String projectId) {
        return session.query("select count(*) from projects_with_free_calls where project_id = :projectId")
                        .bind("projectId", projectId)
                        .mapTo(Integer.class)
                        .one()
                > 0;
    }

    @Override
    public Set<String> projectsWhereUnpricedIsFree() {
        return Set.copyOf(session.query("select project_id from projects_with_free_calls")
                .mapTo(String.class)
                .list());
    }

    @Override
    public void setUnpricedIsFree(String projectId, boolean free) {
        session.update(
                        free
                                ? "insert into projects_with_free_calls (project_id) values (:projectId) on conflict do nothing"
                                : "delete from projects_with_free_calls where project_id = :projectId")
                .bind("projectId", projectId)
                .execute();
    }

    @Override
    public BudgetAccount account(AccountKey key) {
        return session.query("""
                        select spent, held, recalls from budget_accounts
                         where budget_id = :budgetId and period_start = :start
                        """)
                .bind("budgetId", key.budgetId())
                .bind("start", Columns.micros(key.start()))
                .map((row, context) -> new BudgetAccount(row.getLong(1), row.getLong(2), row.getLong(3)))
                .findOne()
                .orElse(BudgetAccount.EMPTY);
    }

    @Override
    public List<Spent> nearlySpent(String projectId, int percent, int limit) {
        return session.query("select " + COLUMNS + """
                        , a.period_start, a.spent
                          from budgets b
                          join budget_accounts a on a.budget_id = b.id
                         where b.project_id = :projectId
                           and a.period_start = (select max(l.period_start) from budget_accounts l where l.budget_id = b.id)
                           and a.spent >= b.amount * :share
                         order by a.spent * 1.0 / b.amount desc, b.id
                         limit :limit
                        """)
                .bind("projectId", projectId)
                .bind("share", percent / 100.0)
                .bind("limit", limit)
                .map((row, context) -> new Spent(budget(row), Columns.time(row, "period_start"), row.getLong("spent")))
                .list();
    }

    @Override
    public Optional<Locked> lock(AccountKey key, String holder) {
        // Writes what is there already: that locks the row, and gives back what the one who had it before has left.
        return session.writing()
                .createQuery("""
                        insert into budget_accounts (budget_id, period_start, spent, held, recalls)
                        select id, :start, 0, 0, 0 from budgets where id = :budgetId
                            on conflict (budget_id, period_start) do update set spent = budget_accounts.spent
                        returning spent, held, recalls,
                                  (select b.amount from budgets b where b.id = :budgetId) as amount,
                                  (select h.held from budget_holds h
                                    where h.budget_id = :budgetId and h.period_start = :start and h.holder = :holder) as own
                        """)
                .bind("budgetId", key.budgetId())
                .bind("start", Columns.micros(key.start()))
                .bind("holder", holder)
                .map((row, context) -> new Locked(
                        new BudgetAccount(row.getLong("spent"), row.getLong("held"), row.getLong("recalls")),
                        row.getLong("amount"),
                        row.getLong("own")))
                .findOne();
    }

    @Override
    public void set(AccountKey key, String holder, BudgetAccount account, long ownHold) {
        setAccount(key, account);
        session.update("""
                        insert into budget_holds (budget_id, period_start, holder, held)
                        values (:budgetId, :start, :holder, :held)
                            on conflict (budget_id, period_start, holder) do update set held = excluded.held
                        """)
                .bind("budgetId", key.budgetId())
                .bind("start", Columns.micros(key.start()))
                .bind("holder", holder)
                .bind("held", ownHold)
                .execute();
    }

    private void setAccount(AccountKey key, BudgetAccount account) {
        session.update("""
                        update budget_accounts set spent = :spent, held = :held, recalls = :recalls
                         where budget_id = :budgetId and period_start = :start
                        """)
                .bind("budgetId", key.budgetId())
                .bind("start", Columns.micros(key.start()))
                .bind("spent", account.spent())
                .bind("held", account.held())
                .bind("recalls", account.recalls())
                .execute();
    }

    @Override
    public void open(String holder, String nodeId) {
        session.update("""
                        insert into budget_holders (id, node_id, last_batch, closed) values (:id, :nodeId, 0, 0)
                            on conflict do nothing
                        """).bind("id", holder).bind("nodeId", nodeId).execute();
    }

    @Override
    public Advance advance(String holder, long sequence) {
        int advanced = session.update("""
                        update budget_holders set last_batch = :sequence
                         where id = :id and last_batch = :sequence - 1 and closed = 0
                        """)
                .bind("id", holder)
                .bind("sequence", sequence)
                .execute();
        if (advanced > 0) {
            return Advance.NEXT;
        }
        return session.query("select last_batch, closed from budget_holders where id = :id")
                .bind("id", holder)
                .map((row, context) -> {
                    boolean booked = row.getLong(1) >= sequence;
                    return row.getInt(2) == 0
                            ? (booked ? Advance.BOOKED : Advance.CLOSED)
                            : (booked ? Advance.CLOSED_BEHIND : Advance.CLOSED);
                })
                .findOne()
                .orElse(Advance.CLOSED);
    }

    @Override
    public List<Holder> openHolders() {
        return session.query("select id, node_id from budget_holders where closed = 0 order by id")
                .map((row, context) -> new Holder(row.getString(1), row.getString(2)))
                .list();
    }

    @Override
    public long lastBatch(String holder) {
        return session.query("select last_batch from budget_holders where id = :id")
                .bind("id", holder)
                .mapTo(Long.class)
                .findOne()
                .orElse(-1L);
    }

    @Override
    public long close(String holder) {
        List<Long> lastBatch = session.writing()
                .createQuery("update budget_holders set closed = 1 where id = :id returning last_batch")
                .bind("id", holder)
                .mapTo(Long.class)
                .list();
        List<AccountKey> held = session.query("""
                        select budget_id, period_start from budget_holds where holder = :holder
                         order by budget_id, period_start
                        """)
                .bind("holder", holder)
                .map((row, context) -> new AccountKey(row.getString(1), Columns.ofMicros(row.getLong(2))))
                .list();
        for (AccountKey key : held) {
            lock(key, holder).ifPresent(locked -> {
                BudgetAccount account = locked.account();
                setAccount(
                        key,
                        new BudgetAccount(
                                account.spent(), Math.max(0, account.held() - locked.ownHold()), account.recalls()));
            });
        }
        session.update("delete from budget_holds where holder = :holder")
                .bind("holder", holder)
                .execute();
        return lastBatch.isEmpty() ? -1 : lastBatch.getFirst();
    }

    @Override
    public boolean noteImported(String usageId) {
        return session.update("insert into budget_imports (usage_id) values (:id) on conflict do nothing")
                        .bind("id", usageId)
                        .execute()
                > 0;
    }

    @Override
    public void forgetBefore(Instant time) {
        session.update("delete from budget_accounts where period_start > 0 and period_start < :time")
                .bind("time", Columns.micros(time))
                .execute();
    }
}
