// The pages work without this. It keeps the place in an article while records are looked at, and lets j and k step through lists.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const at = document.getElementById("at");
  if (at) {
    at.setAttribute("tabindex", "-1");
    at.focus({ preventScroll: true });
    at.scrollIntoView({ block: "center" });
  }
  const steps = [...document.querySelectorAll(".card h2 a, .hits > li > a, .line > li > a, .events .said")];
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const step = { j: 1, k: -1 }[event.key];
    if (step && steps.length) {
      const now = steps.indexOf(document.activeElement);
      steps[Math.max(0, Math.min(steps.length - 1, now + step))].focus();
    } else if (event.key === "/") {
      event.preventDefault();
      document.querySelector(".find input").focus();
    }
  });
});
