// Runs before the first paint: "auto" follows the system.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    var theme = root.dataset.theme;
    root.dataset.bsTheme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
  }
  dark.addEventListener("change", apply);
  root.addEventListener("ik-theme", apply);
  apply();
})();
