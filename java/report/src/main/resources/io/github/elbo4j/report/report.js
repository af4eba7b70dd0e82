"use strict";
// Draws the charts of the report. Text from the data reaches the page through textContent only.
(() => {
  const fit = JSON.parse(document.getElementById("fit").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const charts = [];

  const digits = (x, n) => String(Number(x.toPrecision(n))).replace(/^-/, "\u2212");
  const withError = (x, e) => {
    if (!(e > 0)) return digits(x, 6);
    const d = Math.max(0, Math.min(8, 1 - Math.floor(Math.log10(e))));
    return x.toFixed(d).replace(/^-/, "\u2212") + " \u00b1 " + e.toFixed(d);
  };

  // Abramowitz and Stegun 7.1.26
  const cdf = x => {
    const z = Math.abs(x) / Math.SQRT2, t = 1 / (1 + 0.3275911 * z);
    const p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    const upper = p * Math.exp(-z * z) / 2;
    return x < 0 ? upper : 1 - upper;
  };

  // Labels shorter than the default: at most four digits, large numbers in k and M.
  const tick = v => {
    if (v === null) return "";
    const a = Math.abs(v);
    const s = a >= 1e6 ? digits(v / 1e6, 4) + "M" : a >= 1e4 ? digits(v / 1e3, 4) + "k" : digits(v, 6);
    return s;
  };
  const axis = (size, space, more) => Object.assign({
    stroke: colour("--muted"), font: "11px system-ui, sans-serif", size, space,
    grid: { stroke: colour("--rule"), width: 1 }, ticks: { stroke: colour("--rule"), width: 1, size: 4 },
    values: (u, splits) => splits.map(tick),
  }, more);

  const chart = (box, height, options, data) => {
    const u = new uPlot(Object.assign({ width: box.clientWidth, height, legend: { show: false } }, options), data, box);
    const watch = new ResizeObserver(() => u.setSize({ width: box.clientWidth, height }));
    watch.observe(box);
    charts.push(() => { watch.disconnect(); u.destroy(); });
  };

  const horizontal = (u, y, style) => {
    const top = Math.round(u.valToPos(y, "y", true));
    if (top < u.bbox.top || top > u.bbox.top + u.bbox.height) return;
    u.ctx.save();
    u.ctx.strokeStyle = style;
    u.ctx.setLineDash([6, 5]);
    u.ctx.lineWidth = 1.5;
    u.ctx.beginPath();
    u.ctx.moveTo(u.bbox.left, top);
    u.ctx.lineTo(u.bbox.left + u.bbox.width, top);
    u.ctx.stroke();
    u.ctx.restore();
  };

  // Neighbouring steps become one point: their mean, and the standard error of that mean.
  const bins = (points, most) => {
    const count = Math.min(most, points.length), out = [[], [], [], []];
    for (let i = 0; i < count; i++) {
      const from = Math.floor(i * points.length / count), to = Math.floor((i + 1) * points.length / count);
      const part = points.slice(from, to), n = part.length;
      const mean = part.reduce((s, p) => s + p[1], 0) / n;
      const error = Math.sqrt(part.reduce((s, p) => s + p[2] * p[2], 0)) / n;
      out[0].push(part[Math.floor(n / 2)][0]);
      out[1].push(mean);
      out[2].push(mean - 2 * error);
      out[3].push(mean + 2 * error);
    }
    return out;
  };

  const trace = (id, points, most, dots) => {
    const box = document.getElementById(id), at = document.getElementById(id + "-at");
    if (points.length < 2) {
      box.textContent = "Too few steps to draw.";
      return;
    }
    const [x, mean, low, high] = bins(points, most);
    const dotX = dots ? points.map(p => p[0]) : [], dotY = dots ? points.map(p => p[1]) : [];
    const all = dots ? dotY.slice().sort((a, b) => a - b) : [];
    // A few wild steps must not flatten the rest.
    const range = dots
      ? (u, lo, hi) => {
          const a = Math.min(all[Math.floor(all.length * 0.005)], ...low);
          const b = Math.max(all[Math.ceil(all.length * 0.995) - 1], ...high);
          const pad = (b - a) * 0.06 || 1;
          return [a - pad, b + pad];
        }
      : undefined;
    const drawDots = u => {
      u.ctx.save();
      u.ctx.beginPath();
      u.ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
      u.ctx.clip();
      u.ctx.fillStyle = colour("--dot");
      const r = 1.4 * devicePixelRatio;
      for (let i = 0; i < dotX.length; i++) {
        u.ctx.beginPath();
        u.ctx.arc(u.valToPos(dotX[i], "x", true), u.valToPos(dotY[i], "y", true), r, 0, 2 * Math.PI);
        u.ctx.fill();
      }
      u.ctx.restore();
    };
    chart(box, 270, {
      scales: { x: { time: false }, y: { range } },
      axes: [axis(36, 60), axis(58, 34)],
      series: [
        {},
        { stroke: colour("--accent"), width: 1.6, points: { show: false } },
        { stroke: "transparent", points: { show: false } },
        { stroke: "transparent", points: { show: false } },
      ],
      bands: [{ series: [3, 2], fill: colour("--band") }],
      cursor: { points: { show: false }, y: false },
      hooks: {
        drawAxes: [drawDots],
        draw: [u => { if (fit.elbo !== null) horizontal(u, fit.elbo, colour("--muted")); }],
        setCursor: [u => {
          const i = u.cursor.idx;
          at.textContent = i === null || i === undefined ? ""
            : "step " + x[i].toLocaleString("en") + ": " + withError(mean[i], (high[i] - low[i]) / 4);
        }],
      },
    }, [x, mean, low, high]);
  };

  const marginal = (grid, p, atOnce) => {
    const cell = grid.appendChild(document.createElement("div"));
    cell.className = "marginal";
    const head = cell.appendChild(document.createElement("h3"));
    head.textContent = head.title = p.name;
    const line = cell.appendChild(document.createElement("p"));
    const text = line.appendChild(document.createElement("span"));
    const above = line.appendChild(document.createElement("span"));
    const rest = () => { text.textContent = p.label; above.textContent = p.above; };
    rest();
    const box = cell.appendChild(document.createElement("div"));
    if (!(p.sd > 0)) return;
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", p.words);
    const draw = () => {
      const x = [], y = [], inner = [];
      if (p.density) { // not normal: [x, density, probability below x]
        const top = Math.max(...p.density.map(d => d[1]));
        p.density.forEach(d => {
          x.push(d[0]);
          y.push(d[1] / top);
          inner.push(d[2] >= 0.05 && d[2] <= 0.95 ? d[1] / top : null);
        });
      } else {
        for (let i = 0; i <= 120; i++) {
          const z = -3.6 + 7.2 * i / 120;
          x.push(p.mean + p.sd * z);
          y.push(Math.exp(-z * z / 2));
          inner.push(Math.abs(z) <= 1.6449 ? y[i] : null);
        }
      }
      const n = x.length - 1;
      const below = v => {
        if (!p.density) return cdf((v - p.mean) / p.sd);
        let i = 0;
        while (i < n && x[i] < v) i++;
        return p.density[i][2];
      };
      chart(box, 110, {
        padding: [4, 16, 0, 16],
        scales: { x: { time: false }, y: { range: [0, 1.06] } },
        axes: [axis(26, 48, { grid: { show: false } }), { show: false }],
        series: [
          {},
          { stroke: "transparent", fill: colour("--band"), points: { show: false } },
          { stroke: colour("--accent"), width: 1.8, points: { show: false } },
        ],
        cursor: { points: { show: false }, y: false, drag: { x: false, y: false } },
        hooks: {
          drawClear: [u => {
            if (!(x[0] < 0 && x[n] > 0)) return;
            const left = Math.round(u.valToPos(0, "x", true));
            u.ctx.save();
            u.ctx.strokeStyle = colour("--muted");
            u.ctx.setLineDash([3, 4]);
            u.ctx.beginPath();
            u.ctx.moveTo(left, u.bbox.top);
            u.ctx.lineTo(left, u.bbox.top + u.bbox.height);
            u.ctx.stroke();
            u.ctx.restore();
          }],
          setCursor: [u => {
            const l = u.cursor.left;
            if (!(l >= 0)) { rest(); return; }
            const v = u.posToVal(l, "x"), c = below(v);
            above.textContent = "P(< " + digits(v, 3) + ") = " + c.toFixed(3);
          }],
        },
      }, [x, inner, y]);
    };
    // Hundreds of parameters: a panel is drawn when it comes near the window.
    if (atOnce) {
      draw();
    } else {
      box.style.height = "110px";
      const seen = new IntersectionObserver(entries => {
        if (entries.some(e => e.isIntersecting)) { seen.disconnect(); draw(); }
      }, { rootMargin: "400px" });
      seen.observe(box);
      charts.push(() => seen.disconnect());
    }
  };

  const drawAll = everything => {
    charts.splice(0).forEach(destroy => destroy());
    const grid = document.getElementById("marginals");
    grid.textContent = "";
    document.getElementById("trace").textContent = "";
    document.getElementById("tail").textContent = "";
    const points = fit.trace.filter(p => p[1] !== null).map(p => [p[0], p[1], p[2] === null ? 0 : p[2]]);
    trace("trace", points, 400, false);
    trace("tail", points.slice(Math.floor(points.length / 2)), 80, true);
    fit.parameters.forEach(p => marginal(grid, p, everything || fit.parameters.length <= 80));
  };
  drawAll(false);
  dark.addEventListener("change", () => drawAll(false));
  // Paper is white, and all of it in sight.
  addEventListener("beforeprint", () => { document.documentElement.className = "paper"; drawAll(true); });
  addEventListener("afterprint", () => { document.documentElement.className = ""; drawAll(false); });
})();
