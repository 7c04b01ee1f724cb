/* The recording page follows what is typed: when the day, the unit or the kind changes, what the
   meeting can count for is asked of the server and put in its place. Everything typed stays, and
   chosen files stay chosen. Without this script the buttons of the page do the same. */
(function () {
  "use strict";

  const words = document.currentScript.dataset;
  const form = document.querySelector("form[data-record]");
  if (!form || !window.fetch) return;
  const status = form.querySelector("[data-status]");
  const EVERYTHING = Array.from(document.querySelectorAll("[data-part]")).map((part) => part.dataset.part);
  const HERE = ["dues", "asked"];
  // Which parts of the page follow from which field.
  const FOLLOWS = [
    [/^unit$|^kind$/, EVERYTHING],
    [/^held_on$/, ["when", "kind", "dues", "asked", "people", "material", "more", "joint"]],
    [/^presided_by$|^starts_at$|^ends_at$|^legal_sat_in$|^presence-|^agenda-\d+-(kind|involves_law|legal_opinion)$/, HERE.slice(0, 1)],
    [/^attending$/, HERE.concat(["people", "more", "joint"])],
  ];
  let running = null;
  let again = null;
  // What stood among the ticks when somebody pressed 保存 too early.
  let held = null;

  function typed() {
    const parts = new URLSearchParams();
    new FormData(form).forEach((value, name) => {
      if (typeof value === "string") parts.append(name, value);
    });
    return parts;
  }

  function hasFiles() {
    return Array.from(form.querySelectorAll('input[type="file"]')).some((input) => input.files.length);
  }

  /** Ask for the page as it would be now, and take over the parts named. */
  function refresh(parts, asked) {
    if (running) {
      again = { parts: again ? Array.from(new Set(again.parts.concat(parts))) : parts, asked: asked || (again && again.asked) || "" };
      return;
    }
    const body = typed();
    const before = body.toString();
    body.append("refresh", asked || "typed");
    running = fetch(form.getAttribute("action") || location.href, {
      method: "POST",
      body,
      credentials: "same-origin",
      headers: { "X-Requested-With": "fetch" },
    })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))))
      .then((text) => {
        const page = new DOMParser().parseFromString(text, "text/html");
        if (!page.querySelector("form[data-record]")) throw new Error("another page");
        // What was typed in the meantime is not in the answer: it is asked for again.
        if (!asked && typed().toString() !== before) {
          again = again || { parts, asked: "" };
          return;
        }
        take(page, parts);
        status.textContent = words.done;
      })
      .catch(() => {
        status.textContent = words.failed;
      })
      .then(() => {
        running = null;
        const next = again;
        again = null;
        if (next) refresh(next.parts, next.asked);
        else if (held !== null) goOn();
      });
  }

  function take(page, parts) {
    const focus = document.activeElement && document.activeElement.id;
    const opened = new Set(Array.from(document.querySelectorAll("[data-part] details[open] > summary")).map((each) => each.textContent.trim()));
    parts.forEach((name) => {
      if (name === "material" && hasFiles()) return;
      const old = document.querySelector('[data-part="' + name + '"]');
      const fresh = page.querySelector('[data-part="' + name + '"]');
      if (!old || !fresh) return;
      const taken = document.importNode(fresh, true);
      taken.querySelectorAll("details").forEach((each) => {
        const summary = each.querySelector("summary");
        if (summary && opened.has(summary.textContent.trim())) each.open = true;
      });
      old.replaceWith(taken);
      taken.dispatchEvent(new Event("fresh", { bubbles: true }));
      mind(taken);
    });
    const back = focus && document.getElementById(focus);
    if (back && back !== document.activeElement) back.focus();
  }

  form.addEventListener("change", (event) => {
    const follows = FOLLOWS.find(([pattern]) => pattern.test(event.target.name || ""));
    if (follows) refresh(follows[1]);
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest('button[name="refresh"]');
    if (!button) return;
    event.preventDefault();
    refresh(EVERYTHING, button.value);
  });
  form.addEventListener("submit", (event) => {
    // What is on its way must be seen before it is saved.
    if (running) {
      event.preventDefault();
      held = ticks();
      status.textContent = words.busy;
    }
  });

  function ticks() {
    const rows = Array.from(form.querySelectorAll('input[name="dues"]'));
    return rows.map((each) => each.value + (each.checked ? "+" : "-")).join(" ");
  }

  function goOn() {
    const same = held === ticks();
    held = null;
    if (same) form.submit();
    else form.querySelector("#id_dues").focus();
  }

  /** What follows by itself needs no button; the opinion is asked where the item is marked 涉法. */
  function mind(within) {
    within.querySelectorAll("[data-by-hand]").forEach((each) => {
      each.hidden = true;
    });
    within.querySelectorAll(".agenda-item").forEach((item) => {
      const law = item.querySelector('input[type="checkbox"]');
      const opinion = item.querySelector(".opinion");
      if (!law || !opinion) return;
      const follow = () => {
        opinion.hidden = !law.checked && !opinion.querySelector("input").value;
      };
      law.addEventListener("change", follow);
      follow();
    });
  }
  mind(form);
})();
