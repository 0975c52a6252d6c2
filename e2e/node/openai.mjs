// OpenAI's own Node client against a running InferenceKey. Run by OpenAiNodeTest; exits 0 if everything below holds.
// Environment: BASE_URL, PROJECT, CHAT, EMBEDDING (workload slugs), API_KEY (project-wide), NARROW_KEY (granted CHAT alone), SDK_TOKEN.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const { BASE_URL, PROJECT, CHAT, EMBEDDING, API_KEY, NARROW_KEY, SDK_TOKEN } = process.env;

function client(workload, apiKey = API_KEY) {
  return new OpenAI({ baseURL: `${BASE_URL}/endpoint/${PROJECT}/${workload}/v1`, apiKey, maxRetries: 0 });
}

async function refused(call) {
  try {
    await call();
  } catch (error) {
    assert(error instanceof OpenAI.APIError, `an APIError, not ${error}`);
    return error;
  }
  assert.fail('the call was expected to be refused');
}

const question = { model: CHAT, messages: [{ role: 'user', content: 'Tell me about the world.' }], max_tokens: 12 };

// A chat completion, with true token counts.
const answer = await client(CHAT).chat.completions.create(question);
assert(answer.choices[0].message.content.length > 0);
assert(answer.usage.prompt_tokens > 0 && answer.usage.completion_tokens > 0 && answer.usage.completion_tokens <= 12);

// The same, streamed: several chunks, an end that is said, and no usage chunk that nobody asked for.
let text = '';
let chunks = 0;
let finish = null;
for await (const chunk of await client(CHAT).chat.completions.create({ ...question, stream: true })) {
  assert(chunk.choices.length > 0, 'a usage chunk was not asked for');
  assert.equal(chunk.usage ?? null, null);
  text += chunk.choices[0].delta.content ?? '';
  finish = chunk.choices[0].finish_reason ?? finish;
  chunks++;
}
assert(chunks > 2 && text.length > 0 && finish !== null);

// Streamed, with the usage that was asked for.
let usage = null;
const withUsage = { ...question, stream: true, stream_options: { include_usage: true } };
for await (const chunk of await client(CHAT).chat.completions.create(withUsage)) {
  usage = chunk.usage ?? usage;
}
assert(usage !== null && usage.completion_tokens > 0);

// A stream that is left early does not keep the model server busy: the next call on it is answered.
const left = await client(CHAT).chat.completions.create({ ...question, max_tokens: 200, stream: true });
for await (const _ of left) {
  break;
}
assert((await client(CHAT).chat.completions.create(question)).choices.length === 1);

// Embeddings, one vector per input and in order (this client asks for base64 by itself).
const vectors = await client(EMBEDDING).embeddings.create({ model: EMBEDDING, input: ['one', 'another'] });
assert.equal(vectors.data.length, 2);
assert(vectors.data.every((item) => item.embedding.length > 0 && item.embedding.every(Number.isFinite)));
assert.notDeepEqual(vectors.data[0].embedding, vectors.data[1].embedding);

// Models: this one workload.
const models = await client(CHAT).models.list();
assert.deepEqual(models.data.map((model) => model.id), [CHAT]);

// Refusals arrive as the client's own error types, with our codes.
const wrongPlane = await refused(() => client(CHAT, SDK_TOKEN).chat.completions.create(question));
assert(wrongPlane instanceof OpenAI.PermissionDeniedError);
assert.equal(wrongPlane.code, 'wrong_credential_type');

const unknown = await refused(() => client(CHAT, 'ik_live_00000000_' + '0'.repeat(64)).chat.completions.create(question));
assert(unknown instanceof OpenAI.AuthenticationError);
assert.equal(unknown.code, 'invalid_api_key');

const notGranted = await refused(() => client('does-not-exist', NARROW_KEY).chat.completions.create(question));
assert(notGranted instanceof OpenAI.PermissionDeniedError);
assert.equal(notGranted.code, 'scope_insufficient');

const missing = await refused(() => client('does-not-exist').chat.completions.create(question));
assert(missing instanceof OpenAI.NotFoundError);
assert.equal(missing.code, 'workload_not_found');

const wrongRoute = await refused(() => client(CHAT).embeddings.create({ model: CHAT, input: 'x' }));
assert(wrongRoute instanceof OpenAI.NotFoundError);
assert.equal(wrongRoute.code, 'route_not_served');

const nonsense = await refused(() => client(CHAT).chat.completions.create({ ...question, temperature: 'hot' }));
assert(nonsense instanceof OpenAI.BadRequestError);

console.log('ok');
