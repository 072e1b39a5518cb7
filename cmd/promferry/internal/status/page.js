"use strict";
// Reads the page again and puts in what has changed. The form is left alone, so
// that nobody's typing is lost; so is a part in which text is selected.
(() => {
  const seconds = Number(document.body.dataset.refresh);
  const lost = document.getElementById("lost");
  let answered = new Date();

  const links = (part) => [...part.querySelectorAll("a, summary")];

  const isSelectedIn = (part) => {
    const selection = getSelection();
    return !selection.isCollapsed && selection.containsNode(part, true);
  };

  const replace = (part, fresh) => {
    if (part.innerHTML === fresh.innerHTML || isSelectedIn(part)) return;
    const open = [...part.querySelectorAll("details[open]")].map((d) => d.id);
    const focused = links(part).indexOf(document.activeElement);
    part.replaceChildren(...fresh.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    links(part)[focused]?.focus({ preventScroll: true });
  };

  const read = async () => {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(8000) });
    if (!answer.ok) throw new Error(answer.statusText);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = next.getElementById(part.id);
      if (fresh) replace(part, fresh);
    }
    document.title = next.title;
    document.querySelector("link[rel=icon]").href = next.querySelector("link[rel=icon]").href;
  };

  const tick = async () => {
    if (!document.hidden) {
      try {
        await read();
        answered = new Date();
        lost.hidden = true;
      } catch {
        lost.textContent = "promferry does not answer. What stands here is of " + answered.toLocaleTimeString() + ".";
        lost.hidden = false;
      }
    }
    setTimeout(tick, seconds * 1000);
  };
  if (seconds > 0) setTimeout(tick, seconds * 1000);
})();
