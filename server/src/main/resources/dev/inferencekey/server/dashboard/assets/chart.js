// Draws what elements with data-chart hold; the same figures stand in a table beside it.
(function () {
  "use strict";
  var drawn = [];

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function count(value) {
    if (value === null || value === undefined) return "–";
    if (value >= 1e6) return (value / 1e6).toFixed(1) + "M";
    if (value >= 1e4) return (value / 1e3).toFixed(1) + "k";
    return String(Math.round(value * 100) / 100);
  }

  // There is no half request.
  function whole(value) {
    return value % 1 ? "" : count(value);
  }

  function micros(value) {
    if (value === null || value === undefined) return "–";
    if (value < 1e3) return value + " µs";
    if (value < 1e6) return (value / 1e3).toFixed(value < 1e5 ? 1 : 0) + " ms";
    return (value / 1e6).toFixed(2) + " s";
  }

  function dollars(value) {
    if (value === null || value === undefined) return "–";
    var sum = value / 1e9;
    if (sum === 0) return "$0";
    // Two digits, but no zeros behind the cents.
    if (sum < 1) return "$" + sum.toFixed(Math.min(9, 1 - Math.floor(Math.log10(sum)))).replace(/(\.\d\d\d*?)0+$/, "$1");
    if (sum < 1e4) return "$" + sum.toFixed(sum < 1e3 ? 2 : 0);
    return "$" + count(sum);
  }

  function draw(element) {
    var chart = JSON.parse(element.dataset.chart);
    var text = { micros: micros, dollars: dollars }[chart.unit] || count;
    var quiet = colour("--tblr-secondary");
    var grid = { stroke: colour("--tblr-border-color"), width: 1 };
    var series = [{ label: "UTC", value: "{YYYY}-{MM}-{DD} {HH}:{mm}" }];
    var data = [chart.starts];
    var below = null;
    chart.series.forEach(function (line) {
      var stroke = colour("--ik-" + line.tone);
      var values = line.values;
      if (chart.stacked) {
        // Each part stands on the ones before it.
        values = values.map(function (value, i) { return (value || 0) + (below ? below[i] : 0); });
        below = values;
      }
      series.push({
        label: line.label,
        stroke: stroke,
        width: chart.stacked ? 0 : 2,
        fill: chart.stacked ? stroke : undefined,
        paths: chart.stacked ? uPlot.paths.bars({ size: [0.9, 40] }) : undefined,
        points: { show: !chart.stacked, size: 5, fill: stroke },
        spanGaps: false,
        value: function (plot, value, index, position) {
          return position === null || position === undefined ? "–" : text(line.values[position]);
        }
      });
      data.push(values);
    });
    if (chart.stacked) {
      // The highest is drawn first, so that the others cover its lower part.
      series = [series[0]].concat(series.slice(1).reverse());
      data = [data[0]].concat(data.slice(1).reverse());
    }
    var axis = { stroke: quiet, grid: grid, ticks: grid };
    var times = { values: [
      [86400 * 28, "{YYYY}-{MM}", null, null, null, null, null, null, 1],
      [86400, "{MM}-{DD}", "\n{YYYY}", null, null, null, null, null, 1],
      [60, "{HH}:{mm}", "\n{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1]
    ] };
    element.textContent = "";
    return new uPlot({
      width: element.clientWidth,
      height: 220,
      tzDate: function (second) { return uPlot.tzDate(new Date(second * 1000), "Etc/UTC"); },
      scales: { y: { range: function (plot, min, max) { return [0, Math.max(1, max || 0) * 1.05]; } } },
      axes: [Object.assign(times, axis), Object.assign({ size: text === dollars ? 80 : 64, values: function (plot, ticks) { return ticks.map(text === count ? whole : text); } }, axis)],
      series: series,
      legend: { live: true },
      cursor: { drag: { x: false, y: false } }
    }, data, element);
  }

  function all() {
    drawn.forEach(function (plot) { plot.destroy(); });
    drawn = [];
    document.querySelectorAll("[data-chart]").forEach(function (element) { drawn.push(draw(element)); });
  }

  var waiting;
  window.addEventListener("resize", function () {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(all, 150);
  });
  document.documentElement.addEventListener("ik-theme", function () { window.setTimeout(all, 0); });
  all();
})();
