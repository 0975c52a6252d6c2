package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.domain.inference.RequestTarget;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.OpenRequests;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request to a workload's endpoint: admitted, its body checked, brought to a replica by its {@link Dispatch}, answered, metered.
 *
 * <p>Confined to its event loop.
 */
final class InferenceExchange implements Exchange, Dispatch.Origin, RequestLimits.Origin, BudgetHold.Waiter {
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(US_ASCII);
    private static final long RETRY_AFTER_SECONDS = 5;
    private static final Refusal KEY_GONE = Refusal.of(
            ErrorCode.INVALID_API_KEY, "the API key was revoked or disabled while this request was under way");
    private final ClientConnection connection;
    private final GatewayParts parts;
    private final RequestHead head;
    private final RequestTraits request;
    private final RequestTarget.OfEndpoint target;
    private final ClientResponse response;
    private final RequestTrace trace;
    private final RequestMeter meter;

    private @Nullable Endpoint endpoint;
    /** Null if neither the key nor the workload is limited. */
    private @Nullable RequestLimits limits;
    /** What the request counts under; null if under no budget. */
    private @Nullable BudgetCover cover;

    private @Nullable CountedBody countedBody;
    /** From the moment that there is a body to be sent, even an empty one. */
    private @Nullable Dispatch dispatch;

    private @Nullable InferenceAnswer answer;
    private boolean ended;

    InferenceExchange(
            ClientConnection connection, RequestHead head, RequestTraits request, RequestTarget.OfEndpoint target) {
        this.connection = connection;
        this.parts = connection.loop().parts();
        this.head = head;
        this.request = request;
        this.target = target;
        this.response = new ClientResponse(connection, request);
        this.trace = RequestTrace.of(connection.loop(), head);
        this.meter = new RequestMeter(connection.loop(), request.requestId(), connection.clientAddress(), trace);
    }

    @Override
    public void start() {
        GatewayLoop loop = connection.loop();
        Admission.Outcome outcome =
                parts.admission().admit(loop.bearer(), loop.presentedKey(), head, connection.clientAddress(), target);
        meter.admitted(outcome, target);
        InferenceRoute served = outcome.route();
        endpoint = outcome.endpoint();
        if (outcome.refusal() != null) {
            refuse(outcome.refusal());
        } else if (served != null && served.answeredByGateway()) {
            answerModels(served);
        } else if (!parts.events().acceptsRequests()) {
            refuse(new Refusal(
                    ErrorCode.METERING_UNAVAILABLE,
                    "usage can't be kept at the moment, and this server is set to refuse requests then; try again",
                    RETRY_AFTER_SECONDS));
        } else if (served != null) {
            Refusal goingRound = parts.hops().refusal(head);
            if (goingRound == null) {
                findBudgets(outcome.budgets(), outcome.limiter(), served);
            } else {
                refuse(goingRound);
            }
        }
    }

    private void answerModels(InferenceRoute served) {
        Endpoint known = endpointOrThrow();
        String wanted = served == InferenceRoute.MODEL ? target.route().substring(RequestTarget.MODELS.length()) : null;
        String slug = known.entry().workloadSlug();
        if (wanted != null && !wanted.equals(slug)) {
            refuse(Refusal.of(
                    ErrorCode.WORKLOAD_NOT_FOUND, "this address serves the model \"" + slug + "\" and no other"));
            return;
        }
        byte[] json =
                (wanted == null ? ModelsAnswer.list(known.entry()) : ModelsAnswer.one(known.entry())).getBytes(UTF_8);
        ended = true;
        meter.firstByte();
        meter.end(200, false, request.head() ? 0 : json.length, TokenCount.UNKNOWN);
        response.whole(200, "application/json", json, null);
    }

    private void findBudgets(List<Budget> ofKey, @Nullable Limiter limiterOfKey, InferenceRoute served) {
        EndpointEntry entry = endpointOrThrow().entry();
        switch (BudgetCover.of(ofKey, entry.spending(), served, entry.workloadSlug())) {
            case BudgetCover.Found.Nothing _ -> takeLimits(limiterOfKey, served);
            case BudgetCover.Found.Refused refused -> refuse(refused.refusal());
            case BudgetCover.Found.Free _ -> {
                response.tellUncounted();
                takeLimits(limiterOfKey, served);
            }
            case BudgetCover.Found.Covered covered -> {
                cover = covered.cover();
                countedBody = new CountedBody(served, entry.spending());
                takeLimits(limiterOfKey, served);
            }
        }
    }

    /** Before a byte of the body is read: what it takes to know of it is in the head. */
    private void takeLimits(@Nullable Limiter ofKey, InferenceRoute served) {
        limits = RequestLimits.of(
                connection.loop(), this, ofKey, endpointOrThrow().limiter(), meter);
        if (limits != null) {
            limits.open();
        }
        if (!ended) {
            openBody(served);
        }
    }

    private void openBody(InferenceRoute served) {
        switch (InferenceBody.open(
                served,
                endpointOrThrow().entry().streamUsage(),
                countedBody,
                head,
                request.contentLength(),
                parts.config(),
                connection.alloc())) {
            case InferenceBody.Opened.Unusable unusable -> refuse(unusable.refusal());
            case InferenceBody.Opened.Usable usable -> {
                Duration most = MaxWait.of(
                        head.value(KnownHeader.X_INFERENCEKEY_MAX_WAIT),
                        parts.config().maxReadinessWait());
                if (most == null) {
                    usable.body().release();
                    refuse(Refusal.of(ErrorCode.INVALID_REQUEST, "X-InferenceKey-Max-Wait takes seconds, 0 or more"));
                    return;
                }
                ByteBuf lines = connection.alloc().buffer(256);
                head.copyPassing(trace.direction(), lines);
                dispatch = new Dispatch(
                        this,
                        connection,
                        request,
                        trace,
                        meter,
                        endpointOrThrow(),
                        served,
                        target.route(),
                        usable.body(),
                        lines,
                        parts.hops().before(head),
                        most);
                if (request.awaitsContinue()) {
                    connection.write(connection.alloc().buffer(CONTINUE.length).writeBytes(CONTINUE));
                    connection.flush();
                }
            }
        }
    }

    @Override
    public void requestBody(ByteBuf content) {
        Dispatch ready = dispatchOrThrow();
        Refusal refusal = ready.body().feed(content, meter.requestBytes(content.readableBytes()));
        if (refusal != null) {
            refuse(refusal);
        } else if (ready.started()) {
            ready.bodyGrew();
        } else if (ready.body().windowFull() && cover == null) { // Under a budget, all of it has to be known.
            connection.pauseReading();
            start(ready);
        }
    }

    @Override
    public void requestReadComplete() {
        if (dispatch != null) {
            dispatch.sendPiece();
        }
    }

    @Override
    public void requestEnded() {
        Dispatch ready = dispatchOrThrow();
        Refusal refusal = ready.body().end();
        if (refusal != null) {
            refuse(refusal);
            return;
        }
        if (!ready.started()) {
            ready.bodyEnded();
            start(ready);
            return;
        }
        if (answer == null) {
            // The model server has no whole request yet, so nothing was used so far.
            expectTokens(ready, ready::bodyEnded);
        } else {
            ready.bodyEnded();
        }
    }

    private void start(Dispatch ready) {
        BudgetCover counted = cover;
        expectTokens(ready, counted == null ? ready::start : () -> askBudgets(ready, counted));
    }

    /** The last thing before the request is sent on: what is held for it is held from nobody for nothing. */
    private void askBudgets(Dispatch ready, BudgetCover counted) {
        BudgetHold asked =
                BudgetHold.ask(connection.loop(), counted, ready.body().worstCase(meter.requestBytes()), this);
        meter.budgeted(asked);
        asked.decide();
    }

    @Override
    public void admitted() {
        if (!ended) {
            dispatchOrThrow().start();
        }
    }

    @Override
    public void budgetRefused(Refusal refusal) {
        refuse(refusal);
    }

    /** Goes on, now or in a moment, if what has come of the body fits into the limits; else the request is refused. */
    private void expectTokens(Dispatch ready, Runnable then) {
        if (limits == null) {
            then.run();
        } else {
            limits.expect(ready.body().expectedTokens(ready.route(), meter.requestBytes(0)), then);
        }
    }

    @Override
    public void standing(LimitHeaders headers) {
        response.tellLimits(headers);
    }

    @Override
    public void refused(Refusal refusal) {
        refuse(refusal);
    }

    @Override
    public void endpointRemoved() {
        refuse(Refusal.of(ErrorCode.WORKLOAD_NOT_FOUND, Admission.notFound(target)));
    }

    @Override
    public void answerHead(ResponseHead answerHead, long bodyLength, boolean untilClose) {
        Dispatch sent = dispatchOrThrow();
        InferenceAnswer passed = new InferenceAnswer(connection, response, meter, sent.route(), sent.body());
        answer = passed;
        passed.head(answerHead, bodyLength, untilClose);
    }

    @Override
    public void answerBody(ByteBuf content) {
        if (answer != null) {
            answer.body(content);
        }
    }

    @Override
    public void answerReadComplete() {
        response.flush();
    }

    @Override
    public void answerEnded() {
        InferenceAnswer whole = answer;
        if (whole != null && end()) {
            whole.end();
        }
    }

    @Override
    public void answerDied() {
        InferenceAnswer begun = answer;
        if (begun != null && end()) {
            begun.died(InferenceAnswer.DIED);
        }
    }

    @Override
    public void clientWritable() {
        if (dispatch != null) {
            dispatch.resumeAnswer();
        }
    }

    @Override
    public void requestBroken(String reason) {
        response.lastOnConnection();
        refuse(Refusal.of(ErrorCode.INVALID_REQUEST, reason));
    }

    @Override
    public boolean overdue() {
        return endWith(
                Refusal.of(
                        ErrorCode.UPSTREAM_TIMEOUT,
                        "the request and its answer took longer than the "
                                + parts.config().totalTimeout().toMillis()
                                + " ms that this server allows in all; ask for a shorter answer, or have its total timeout raised"));
    }

    @Override
    public boolean endIf(OpenRequests.Which which) {
        return switch (which) {
            case OpenRequests.Which.OfKey(String keyId) -> keyId.equals(meter.keyId()) && endWith(KEY_GONE);
            case OpenRequests.Which.NoLongerAllowed() -> endIfNoLongerAllowed();
            case OpenRequests.Which.OfWorkload(String workloadId) ->
                workloadId.equals(meter.workloadId())
                        && endWith(Refusal.of(ErrorCode.WORKLOAD_NOT_FOUND, Admission.notFound(target)));
        };
    }

    private boolean endIfNoLongerAllowed() {
        Caller.DataKey caller = meter.caller();
        if (caller == null) {
            return false; // It is being refused.
        }
        KnownSecret known = parts.table().secret(HexFormat.fromHexDigits(caller.publicId()));
        if (known == null
                || !known.keyId().equals(caller.keyId())
                || known.liveness(parts.clock().instant()) != Liveness.ALIVE) {
            return endWith(KEY_GONE);
        }
        Endpoint addressed = endpoint;
        return addressed != null
                && addressed.removed()
                && endWith(Refusal.of(ErrorCode.WORKLOAD_NOT_FOUND, Admission.notFound(target)));
    }

    /** Ends the request, or its answer, with this error; false if it has ended already. */
    private boolean endWith(Refusal refusal) {
        if (ended) {
            return false;
        }
        InferenceAnswer begun = answer;
        if (begun == null) {
            if (!connection.requestEnded()) {
                response.lastOnConnection();
            }
            refuse(refusal);
        } else if (end()) {
            begun.died(refusal);
        }
        return true;
    }

    @Override
    public void internalError() {
        response.lastOnConnection();
        refuse(Refusal.internal());
    }

    @Override
    public void clientGone() {
        InferenceAnswer begun = answer;
        if (end()) {
            if (begun != null) {
                begun.cancelled();
            } else {
                meter.end(RequestMeter.CLIENT_CLOSED_REQUEST, true, 0, TokenCount.UNKNOWN);
                response.release();
            }
        }
    }

    @Override
    public void gatewayStopping() {
        InferenceAnswer begun = answer;
        if (begun != null) {
            if (end()) {
                begun.died(InferenceAnswer.DIED);
            }
        } else {
            response.lastOnConnection();
            refuse(new Refusal(ErrorCode.WORKLOAD_NOT_READY, "the server is being stopped; try again", 1));
        }
    }

    /** Answers with an error; if an answer has already begun, cuts it off instead. */
    private void refuse(Refusal refusal) {
        InferenceAnswer begun = answer;
        if (!end()) {
            return;
        }
        if (begun != null) {
            begun.died(InferenceAnswer.DIED);
        } else {
            meter.failed(refusal.code());
            meter.end(refusal.code().status(), false, 0, TokenCount.UNKNOWN);
            ErrorBody.send(response, true, request.requestId(), refusal);
        }
    }

    /** Lets go of everything but the answer; false if that has been done before. */
    private boolean end() {
        if (ended) {
            return false;
        }
        ended = true;
        if (limits != null) {
            limits.end();
        }
        if (dispatch != null) {
            dispatch.end();
        }
        return true;
    }

    private Endpoint endpointOrThrow() {
        if (endpoint == null) {
            throw new IllegalStateException("not admitted");
        }
        return endpoint;
    }

    private Dispatch dispatchOrThrow() {
        if (dispatch == null) {
            throw new IllegalStateException("there is nothing to send");
        }
        return dispatch;
    }
}
