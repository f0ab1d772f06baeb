/* The code on the card is good for half a minute: while the page is looked at, the next one takes its place. */
(() => {
  const place = document.querySelector("[data-code]");
  if (!place) return;
  const next = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(place.dataset.code, { credentials: "same-origin", redirect: "error" });
      if (answer.ok) place.innerHTML = await answer.text();
    } catch { /* no connection just now: the button and the number are there */ }
  };
  setInterval(next, 20000);
  document.addEventListener("visibilitychange", next);
})();
