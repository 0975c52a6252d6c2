// Keeps the page of a workload current. Without it the page shows how things stood when it was loaded.
(function () {
  "use strict";

  var MOST_STEPS = 30;
  var source = null;

  function toEnd(element) {
    element.scrollTop = element.scrollHeight;
  }

  function phase() {
    var facts = document.querySelector("#state [data-phase]");
    return facts ? facts.dataset.phase : "";
  }

  function ended(name) {
    return name === "ready" || name === "error";
  }

  function seconds(millis) {
    return (millis / 1000).toFixed(1) + " s";
  }

  // One line for each phase and step; what is said about the same step replaces what was said before.
  function step(list, event) {
    var key = event.phase + " " + (event.step || "");
    var item = list.lastElementChild;
    if (!item || item.dataset.step !== key) {
      item = document.createElement("li");
      item.dataset.step = key;
      ["ik-step-time", "ik-state ik-state-" + event.phase, "ik-step-text"].forEach(function (name) {
        var part = document.createElement("span");
        part.className = name;
        item.append(part, " ");
      });
      list.append(item);
      while (list.children.length > MOST_STEPS) list.firstElementChild.remove();
    }
    item.children[0].textContent = seconds(event.elapsed_ms);
    item.children[1].textContent = event.phase;
    item.children[2].textContent = event.message + (event.step ? " (" + event.step + ")" : "");
    list.hidden = false;
  }

  // Follows a workload until it is ready or can't be; begins anew when it is on its way again.
  function follow(list) {
    if (source || !window.EventSource || ended(phase())) return;
    list.replaceChildren();
    source = new EventSource(list.dataset.events);
    source.onmessage = function (message) {
      var event;
      try { event = JSON.parse(message.data); } catch (ignored) { return; }
      step(list, event);
      if (ended(event.phase)) stop();
      htmx.trigger("#state", "ik-refresh");
    };
    // A connection that broke is made again by the browser; one that was refused is not.
    source.onerror = function () {
      if (source && source.readyState === EventSource.CLOSED) source = null;
    };
  }

  function stop() {
    source.close();
    source = null;
  }

  var list = document.getElementById("steps");
  if (list) {
    document.addEventListener("htmx:afterSettle", function (event) {
      if (event.target.id === "state") follow(list);
    });
    follow(list);
  }
  var log = document.getElementById("log");
  if (log) {
    log.closest("details").addEventListener("toggle", function () { toEnd(log); });
    var atEnd = true;
    document.addEventListener("htmx:beforeSwap", function (event) {
      if (event.detail.target === log) atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
    });
    document.addEventListener("htmx:afterSwap", function (event) {
      if (event.detail.target === log && atEnd) toEnd(log);
    });
  }
})();
