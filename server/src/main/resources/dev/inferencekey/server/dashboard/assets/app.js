// What pages do beyond links and forms. Without it everything but copying and the invitation's link still works.
(function () {
  "use strict";

  function each(root, selector, action) {
    root.querySelectorAll(selector).forEach(action);
  }

  // The menu of narrow screens.
  function menu() {
    var button = document.querySelector(".ik-menu-button");
    var nav = document.getElementById("ik-nav");
    if (!button || !nav) return;
    document.documentElement.classList.add("ik-js");
    button.hidden = false;
    button.addEventListener("click", function () {
      var open = nav.classList.toggle("ik-open");
      button.setAttribute("aria-expanded", String(open));
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && nav.classList.contains("ik-open")) {
        nav.classList.remove("ik-open");
        button.setAttribute("aria-expanded", "false");
        button.focus();
      }
    });
  }

  function copy(button) {
    var field = document.getElementById(button.dataset.copy);
    var text = "value" in field ? field.value : field.textContent;
    function done() {
      var label = button.lastChild;
      var before = label.textContent;
      label.textContent = "Copied";
      announce("Copied");
      window.setTimeout(function () { label.textContent = before; }, 2000);
    }
    // Not every address counts as secure enough for the clipboard: then the text is selected, and copied the old way.
    function byHand() {
      if (field.select) {
        field.select();
      } else {
        window.getSelection().selectAllChildren(field);
      }
      if (document.execCommand("copy")) done();
    }
    if (navigator.clipboard) {
      navigator.clipboard.writeText(text).then(done, byHand);
    } else {
      byHand();
    }
  }

  // Tells screen readers what can be seen.
  function announce(text) {
    var region = document.getElementById("ik-announcement");
    if (!region) {
      region = document.createElement("div");
      region.id = "ik-announcement";
      region.className = "visually-hidden";
      region.setAttribute("role", "status");
      document.body.appendChild(region);
    }
    region.textContent = text;
  }

  // The secret of an invitation's link goes into the form and out of the address, the history included.
  function join() {
    var page = document.getElementById("join");
    if (!page || location.hash.length < 2) return;
    var field = document.getElementById("invitation");
    field.value = decodeURIComponent(location.hash.slice(1));
    page.querySelector("[data-join-field]").hidden = true;
    history.replaceState(null, "", location.pathname);
    htmx.ajax("POST", page.dataset.join, {
      values: { invitation: field.value },
      target: "#offer",
      select: "#offer",
      swap: "outerHTML",
      source: "#offer"
    });
    document.getElementById("email").focus();
  }

  function themes(choice) {
    choice.addEventListener("change", function (event) {
      document.cookie = "ik_theme=" + event.target.value + "; path=/; max-age=31536000; samesite=lax";
      document.documentElement.dataset.theme = event.target.value;
      document.documentElement.dispatchEvent(new Event("ik-theme"));
    });
  }

  // A date is asked for only where the choice needs one.
  function dates(select) {
    var date = document.getElementById(select.dataset.showsDate);
    function show() { date.hidden = select.value !== "date"; date.required = !date.hidden; }
    select.addEventListener("change", show);
    show();
  }

  function customRange(select) {
    var range = document.getElementById(select.dataset.showsCustom);
    function show() { range.hidden = select.value !== "custom"; }
    select.addEventListener("change", show);
    show();
  }

  // What shows itself anew every few seconds, while somebody can see it.
  function refresh(element) {
    var box = element.closest("details");
    function look() {
      if (document.hidden || (box && !box.open) || document.body.dataset.stale) return;
      htmx.trigger(element, "ik-refresh");
    }
    window.setInterval(look, Number(element.dataset.refresh) * 1000);
    if (box) box.addEventListener("toggle", look);
    document.addEventListener("visibilitychange", look);
  }

  function refreshed(event) {
    var element = event.detail.elt;
    return element && element.dataset && element.dataset.refresh;
  }

  // The server must not take it for a sign of life: a sign-in ends when nobody is there.
  document.addEventListener("htmx:configRequest", function (event) {
    if (refreshed(event)) event.detail.headers["X-Page-Refresh"] = "true";
  });
  // A part that could not be had: what it shows is gone, or the server is. What is there stays, and says so.
  function stale(event) {
    if (!refreshed(event)) return;
    document.body.dataset.stale = "yes";
    var note = document.getElementById("stale");
    if (note) note.hidden = false;
  }
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (refreshed(event) && event.detail.xhr.status >= 400) {
      event.detail.shouldSwap = false;
      stale(event);
    }
  });
  document.addEventListener("htmx:sendError", stale);

  // What is sent once must not be sent twice by an impatient click.
  function once(form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) {
        event.preventDefault();
      }
      form.dataset.sent = "yes";
    });
    window.addEventListener("pageshow", function () { delete form.dataset.sent; });
  }

  function enhance(root) {
    each(root, "[data-theme-choice]", themes);
    each(root, "[data-shows-date]", dates);
    each(root, "[data-shows-custom]", customRange);
    each(root, "form[data-once]", once);
    each(root, "[data-refresh]", refresh);
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
  document.addEventListener("htmx:load", function (event) {
    if (event.target !== document.body) enhance(event.target);
  });
  menu();
  enhance(document);
  join();
})();
