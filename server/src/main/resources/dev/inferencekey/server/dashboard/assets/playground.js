// Tries a workload out: this browser calls the endpoint with a data key, as an application would. The key is kept in this page's memory
// alone. What a model says is put in as text, never as markup.
(function () {
  "use strict";

  var box = document.getElementById("playground");
  var part = box && box.querySelector("[data-script]");
  if (!part) return;

  function at(name) { return document.getElementById("playground-" + name); }

  var chat = at("chat"), status = at("status"), key = at("key"), keyState = at("key-state");
  var made = "";
  var messages = [];
  var running = null;

  function element(name, className, text) {
    var made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function say(role, text) {
    var entry = element("div", "ik-said ik-said-" + role, "");
    entry.append(element("strong", "", role === "user" ? "You" : "Model"), element("p", "", text));
    chat.append(entry);
    chat.scrollTop = chat.scrollHeight;
    return entry.lastElementChild;
  }

  function tell(text, bad) {
    status.textContent = text;
    status.classList.toggle("ik-wrong", Boolean(bad));
  }

  function millis(from) {
    var time = performance.now() - from;
    return time < 1000 ? Math.round(time) + " ms" : (time / 1000).toFixed(2) + " s";
  }

  // An answer that is no success, as a sentence that says what to do.
  function sentence(answer, error) {
    var after = answer.headers.get("Retry-After");
    var later = after ? " Try again in " + after + " s." : "";
    var said = error && error.message ? " (" + error.message + ")" : "";
    switch (answer.status) {
      case 401: return "The key is not valid, or not any more. Make or paste another one." + said;
      case 403: return "This key may not call this workload." + said;
      case 404: return "There is nothing at this address: the workload is gone, or calls go to another address." + said;
      case 413: return "The message is too large." + said;
      case 429: return "That is more than the limits allow." + later + said;
      case 502: return "The model server failed." + said;
      case 503: return "The workload is not ready." + later + said;
      case 504: return "The model server took too long." + said;
      default: return "It answered with status " + answer.status + "." + later + said;
    }
  }

  async function readError(answer) {
    try {
      var body = JSON.parse(await answer.text());
      return typeof body.error === "string" ? { message: body.message } : body.error;
    } catch (ignored) {
      return null;
    }
  }

  // Calls use with the data of each server-sent event.
  async function events(stream, use) {
    var reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    var rest = "";
    for (;;) {
      var piece = await reader.read();
      if (piece.done) return;
      rest += piece.value;
      var lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      lines.forEach(function (line) {
        if (line.startsWith("data:")) use(line.slice(5).trim());
      });
    }
  }

  async function ask(text) {
    var credential = key.value.trim() || made;
    if (!credential) {
      tell("Paste a key, or make one.", true);
      key.focus();
      return;
    }
    say("user", text);
    messages.push({ role: "user", content: text });
    var place = say("model", "");
    var begin = performance.now();
    var first = "", usage = null, failure = null, complete = false, answer = "";
    running = new AbortController();
    working(true);
    tell("Waiting for the first token …");
    try {
      var tokens = Number(at("tokens").value.trim());
      var request = { model: box.dataset.model, messages: messages, stream: true, stream_options: { include_usage: true } };
      if (Number.isInteger(tokens) && tokens > 0) request.max_tokens = tokens;
      var response = await fetch(box.dataset.endpoint, {
        method: "POST",
        headers: { "Authorization": "Bearer " + credential, "Content-Type": "application/json" },
        credentials: "omit",
        cache: "no-store",
        body: JSON.stringify(request),
        signal: running.signal
      });
      if (!response.ok) throw { shown: sentence(response, await readError(response)) };
      await events(response.body, function (data) {
        if (data === "[DONE]") { complete = true; return; }
        var chunk;
        try { chunk = JSON.parse(data); } catch (ignored) { return; }
        if (chunk.error) { failure = chunk.error.message || "the model server failed"; return; }
        if (chunk.usage) usage = chunk.usage;
        var delta = chunk.choices && chunk.choices[0] && chunk.choices[0].delta;
        var said = delta && (delta.content || delta.reasoning_content);
        if (typeof said !== "string" || said === "") return;
        if (!first) {
          first = millis(begin);
          tell("First token after " + first + " …");
        }
        answer += said;
        place.textContent = answer;
        chat.scrollTop = chat.scrollHeight;
      });
      if (failure || !complete) throw { shown: "The answer broke off: " + (failure || "the connection ended") + "." };
      tell("First token after " + (first || "–") + ", the whole answer after " + millis(begin)
        + (usage ? "; " + usage.prompt_tokens + " tokens in, " + usage.completion_tokens + " out." : "."));
    } catch (error) {
      if (error.name === "AbortError") {
        tell("Stopped after " + millis(begin) + ".");
      } else {
        tell(error.shown || "The endpoint can't be reached.", true);
      }
    } finally {
      running = null;
      working(false);
    }
    if (answer) {
      messages.push({ role: "assistant", content: answer });
    } else {
      // A question without an answer is not part of the conversation.
      messages.pop();
      place.parentElement.remove();
    }
  }

  function working(busy) {
    chat.setAttribute("aria-busy", String(busy));
    at("send").disabled = busy;
    at("stop").disabled = !busy;
  }

  function send(event) {
    event.preventDefault();
    var message = at("message");
    var text = message.value.trim();
    if (running || !text) return;
    message.value = "";
    ask(text);
  }

  async function mint(event) {
    var button = event.currentTarget;
    button.disabled = true;
    try {
      var answer = await fetch(box.dataset.key, { method: "POST", headers: { "X-CSRF-Token": box.dataset.csrf }, cache: "no-store" });
      if (!answer.ok) throw { shown: sentence(answer, await readError(answer)) };
      var minted = await answer.json();
      made = minted.credential;
      key.value = "";
      keyState.textContent = "A key for this workload alone is in use; it works until " + new Date(minted.expires_at).toLocaleTimeString() + ".";
      at("message").focus();
    } catch (error) {
      keyState.textContent = error.shown || "The key could not be made: the server can't be reached.";
    } finally {
      button.disabled = false;
    }
  }

  at("form").addEventListener("submit", send);
  at("message").addEventListener("keydown", function (event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
  });
  at("stop").addEventListener("click", function () { if (running) running.abort(); });
  at("clear").addEventListener("click", function () {
    if (running) running.abort();
    messages = [];
    chat.replaceChildren();
    tell("");
  });
  if (at("mint")) at("mint").addEventListener("click", mint);
  box.querySelector("[data-no-script]").remove();
  part.hidden = false;
})();
