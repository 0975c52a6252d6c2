package dev.inferencekey.server.domain.access;

import static dev.inferencekey.contract.error.ErrorCode.INVALID_API_KEY;
import static dev.inferencekey.contract.error.ErrorCode.INVALID_TOKEN;
import static dev.inferencekey.contract.error.ErrorCode.NOT_FOUND;
import static dev.inferencekey.contract.error.ErrorCode.PROJECT_SCOPE_MISMATCH;
import static dev.inferencekey.contract.error.ErrorCode.SCOPE_INSUFFICIENT;
import static dev.inferencekey.contract.error.ErrorCode.WRONG_CREDENTIAL_TYPE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.access.Decision.Deny;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.project.Role;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class AccessPolicyTest {
    private static final Resource ACME = new Resource.InProject("acme");
    private static final Resource OTHER = new Resource.InProject("other");
    private static final Resource MISSING = new Resource.MissingProject("ghost");
    private static final Resource PLATFORM = new Resource.Platform();
    private static final Resource BOT = new Resource.Endpoint("acme", "bot");

    private static final Caller ANONYMOUS = new Caller.Anonymous();
    private static final Caller OPERATOR = new Caller.Operator();
    private static final Caller TENANT_OWNER = new Caller.Human("usr_1", "o@example.com", true, Map.of());

    /** Every control-plane action that concerns a project, and who may do it: an independent copy of the rule book. */
    private static final Map<Action, Set<Role>> ROLES_THAT_MAY = Map.ofEntries(
            Map.entry(Action.PROJECT_READ, EnumSet.allOf(Role.class)),
            Map.entry(Action.WORKLOAD_READ, EnumSet.allOf(Role.class)),
            Map.entry(Action.TOKEN_READ, EnumSet.allOf(Role.class)),
            Map.entry(Action.KEY_READ, EnumSet.allOf(Role.class)),
            Map.entry(Action.LIMIT_READ, EnumSet.allOf(Role.class)),
            Map.entry(Action.PRICE_READ, EnumSet.allOf(Role.class)),
            Map.entry(Action.BUDGET_READ, EnumSet.allOf(Role.class)),
            Map.entry(Action.MEMBER_READ, EnumSet.allOf(Role.class)),
            Map.entry(Action.USAGE_READ, EnumSet.allOf(Role.class)),
            Map.entry(Action.WORKLOAD_WRITE, EnumSet.of(Role.OWNER, Role.ADMIN, Role.DEVELOPER)),
            Map.entry(Action.ASSIGNMENT_WRITE, EnumSet.of(Role.OWNER, Role.ADMIN, Role.DEVELOPER)),
            Map.entry(Action.KEY_WRITE, EnumSet.of(Role.OWNER, Role.ADMIN, Role.DEVELOPER)),
            Map.entry(Action.LIMIT_WRITE, EnumSet.of(Role.OWNER, Role.ADMIN, Role.DEVELOPER)),
            Map.entry(Action.UPSTREAM_SECRET_READ, EnumSet.of(Role.OWNER, Role.ADMIN, Role.DEVELOPER)),
            Map.entry(Action.AUDIT_READ, EnumSet.of(Role.OWNER, Role.ADMIN, Role.DEVELOPER)),
            Map.entry(Action.PROJECT_WRITE, EnumSet.of(Role.OWNER, Role.ADMIN)),
            Map.entry(Action.TOKEN_WRITE, EnumSet.of(Role.OWNER, Role.ADMIN)),
            Map.entry(Action.PRICE_WRITE, EnumSet.of(Role.OWNER, Role.ADMIN)),
            Map.entry(Action.BUDGET_WRITE, EnumSet.of(Role.OWNER, Role.ADMIN)),
            Map.entry(Action.UPSTREAM_SECRET_WRITE, EnumSet.of(Role.OWNER, Role.ADMIN)),
            Map.entry(Action.MEMBER_WRITE, EnumSet.of(Role.OWNER, Role.ADMIN)),
            Map.entry(Action.PROJECT_DELETE, EnumSet.of(Role.OWNER)));

    private static final Set<Action> OF_THE_PLATFORM = EnumSet.of(
            Action.PUBLIC,
            Action.SELF,
            Action.ACCOUNT,
            Action.OWNER_INVITE,
            Action.PROJECT_LIST,
            Action.PROJECT_CREATE,
            Action.ACCESS_EXPLAIN,
            Action.SETTING_READ,
            Action.SETTING_WRITE,
            Action.SIGN_ON_READ,
            Action.SIGN_ON_WRITE,
            Action.NODE_READ,
            Action.NODE_WRITE);

    @Test
    void theRuleBookOfThisTestNamesEveryAction() {
        Set<Action> named = EnumSet.copyOf(ROLES_THAT_MAY.keySet());
        named.addAll(OF_THE_PLATFORM);
        named.add(Action.INFERENCE_CALL);
        assertThat(named).isEqualTo(EnumSet.allOf(Action.class));
    }

    @ParameterizedTest
    @EnumSource(Action.class)
    void nobodyWithoutACredentialDoesAnythingButWhatIsPublic(Action action) {
        ErrorCode expected = switch (action) {
            case PUBLIC -> null;
            case INFERENCE_CALL -> INVALID_API_KEY;
            default -> INVALID_TOKEN;
        };
        assertThat(code(ANONYMOUS, action, ACME)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Action.class)
    void aDataKeyDoesNothingButInferenceWhateverItIsGranted(Action action) {
        Caller wide = key(Grants.ofEntireProject());
        ErrorCode expected = switch (action) {
            case PUBLIC, INFERENCE_CALL -> null;
            default -> WRONG_CREDENTIAL_TYPE;
        };
        assertThat(code(wide, action, action == Action.INFERENCE_CALL ? BOT : ACME))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Action.class)
    void aControlTokenWithEveryScopeOnlyProvisions(Action action) {
        Caller token = token(EnumSet.allOf(Scope.class));
        ErrorCode expected = switch (action) {
            case PUBLIC, SELF, WORKLOAD_READ, WORKLOAD_WRITE, ASSIGNMENT_WRITE -> null;
            case INFERENCE_CALL -> WRONG_CREDENTIAL_TYPE;
            default -> SCOPE_INSUFFICIENT;
        };
        assertThat(code(token, action, action == Action.INFERENCE_CALL ? BOT : ACME))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("scopes")
    void aControlTokenDoesWhatItsScopesSay(Set<Scope> held, Action action, boolean allowed) {
        assertThat(code(token(held), action, ACME)).isEqualTo(allowed ? null : SCOPE_INSUFFICIENT);
    }

    static Stream<Arguments> scopes() {
        return Stream.of(
                row(Set.of(Scope.WORKLOAD_READ), Action.WORKLOAD_READ, true),
                row(Set.of(Scope.WORKLOAD_READ), Action.WORKLOAD_WRITE, false),
                row(Set.of(Scope.WORKLOAD_READ), Action.ASSIGNMENT_WRITE, false),
                row(Set.of(Scope.WORKLOAD_WRITE), Action.WORKLOAD_READ, true),
                row(Set.of(Scope.WORKLOAD_WRITE), Action.WORKLOAD_WRITE, true),
                row(Set.of(Scope.WORKLOAD_WRITE), Action.ASSIGNMENT_WRITE, false),
                row(Set.of(Scope.ASSIGNMENT_WRITE), Action.ASSIGNMENT_WRITE, true),
                row(Set.of(Scope.ASSIGNMENT_WRITE), Action.WORKLOAD_READ, false),
                row(Set.of(), Action.WORKLOAD_READ, false));
    }

    @Test
    void aControlTokenCannotTellAForeignProjectFromAMissingOne() {
        Caller token = token(EnumSet.allOf(Scope.class));
        for (Action action : List.of(Action.WORKLOAD_READ, Action.TOKEN_WRITE, Action.PROJECT_DELETE)) {
            assertThat(AccessPolicy.decide(token, action, OTHER))
                    .isEqualTo(AccessPolicy.decide(token, action, MISSING))
                    .isInstanceOfSatisfying(
                            Deny.class, deny -> assertThat(deny.code()).isEqualTo(PROJECT_SCOPE_MISMATCH));
        }
    }

    @Test
    void aKeyOfOneWorkloadIsRefusedOnEveryOtherWhetherItExistsOrNot() {
        Caller narrow = key(Grants.ofWorkloads(Set.of("bot")));
        assertThat(code(narrow, Action.INFERENCE_CALL, BOT)).isNull();
        assertThat(code(narrow, Action.INFERENCE_CALL, new Resource.Endpoint("acme", "bot2")))
                .isEqualTo(SCOPE_INSUFFICIENT);
        assertThat(code(narrow, Action.INFERENCE_CALL, new Resource.Endpoint("other", "bot")))
                .isEqualTo(PROJECT_SCOPE_MISMATCH);
    }

    @Test
    void aKeyOfAWholeProjectStopsAtItsBorder() {
        Caller wide = key(Grants.ofEntireProject());
        assertThat(code(wide, Action.INFERENCE_CALL, new Resource.Endpoint("acme", "made-tomorrow")))
                .isNull();
        assertThat(code(wide, Action.INFERENCE_CALL, new Resource.Endpoint("acme2", "bot")))
                .isEqualTo(PROJECT_SCOPE_MISMATCH);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aMemberDoesWhatTheRoleCovers(Role role) {
        Caller member = new Caller.Human("usr_2", "m@example.com", false, Map.of("acme", role));
        ROLES_THAT_MAY.forEach((action, roles) -> {
            assertThat(code(member, action, ACME))
                    .as("%s %s", role, action)
                    .isEqualTo(roles.contains(role) ? null : SCOPE_INSUFFICIENT);
            assertThat(code(member, action, OTHER))
                    .as("%s %s elsewhere", role, action)
                    .isEqualTo(PROJECT_SCOPE_MISMATCH);
            assertThat(code(member, action, MISSING))
                    .as("%s %s nowhere", role, action)
                    .isEqualTo(PROJECT_SCOPE_MISMATCH);
        });
        assertThat(code(member, Action.PROJECT_LIST, PLATFORM)).isNull();
        assertThat(code(member, Action.SELF, PLATFORM)).isNull();
        assertThat(code(member, Action.ACCOUNT, PLATFORM)).isNull();
        assertThat(code(member, Action.OWNER_INVITE, PLATFORM)).isEqualTo(SCOPE_INSUFFICIENT);
        assertThat(code(member, Action.PROJECT_CREATE, PLATFORM)).isEqualTo(SCOPE_INSUFFICIENT);
        assertThat(code(member, Action.AUDIT_READ, PLATFORM)).isEqualTo(SCOPE_INSUFFICIENT);
        assertThat(code(member, Action.SETTING_READ, PLATFORM)).isEqualTo(SCOPE_INSUFFICIENT);
        assertThat(code(member, Action.SETTING_WRITE, PLATFORM)).isEqualTo(SCOPE_INSUFFICIENT);
    }

    @ParameterizedTest
    @MethodSource("allSeeing")
    void theOperatorAndTheTenantOwnerMayEverythingButCallWorkloads(Caller caller) {
        Arrays.stream(Action.values())
                .filter(a -> a != Action.INFERENCE_CALL && a != Action.ACCOUNT)
                .forEach(action ->
                        assertThat(code(caller, action, ACME)).as(action.name()).isNull());
        assertThat(code(caller, Action.INFERENCE_CALL, BOT)).isEqualTo(INVALID_API_KEY);
        assertThat(code(caller, Action.WORKLOAD_READ, MISSING)).isEqualTo(NOT_FOUND);
    }

    @Test
    void onlyPeopleHaveAnAccount() {
        assertThat(code(TENANT_OWNER, Action.ACCOUNT, PLATFORM)).isNull();
        assertThat(code(OPERATOR, Action.ACCOUNT, PLATFORM)).isEqualTo(SCOPE_INSUFFICIENT);
        assertThat(code(token(EnumSet.allOf(Scope.class)), Action.ACCOUNT, PLATFORM))
                .isEqualTo(SCOPE_INSUFFICIENT);
    }

    static Stream<Caller> allSeeing() {
        return Stream.of(OPERATOR, TENANT_OWNER);
    }

    private static Caller token(Set<Scope> scopes) {
        return new Caller.ControlToken("tok_1", "a1b2c3d4", "acme", scopes);
    }

    private static Caller key(Grants grants) {
        return new Caller.DataKey("key_1", "a1b2c3d4", "acme", grants);
    }

    private static @Nullable ErrorCode code(Caller caller, Action action, Resource resource) {
        return switch (AccessPolicy.decide(caller, action, resource)) {
            case Decision.Allow _ -> null;
            case Deny deny -> deny.code();
        };
    }

    private static Arguments row(Set<Scope> held, Action action, boolean allowed) {
        return Arguments.of(held, action, allowed);
    }
}
