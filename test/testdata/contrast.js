// The value is of all texts that are shown: how many there are, and those whose
// contrast with what is behind them is below 4.5 (WCAG 2.2, relative luminance).
(() => {
  const channels = (colour) => {
    const [r, g, b, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
    return { rgb: [r, g, b], alpha };
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const back = channels(getComputedStyle(e).backgroundColor);
      if (back.alpha > 0) return back.rgb;
    }
    return [255, 255, 255];
  };
  const result = { Texts: 0, Bad: [], Back: getComputedStyle(document.body).backgroundColor };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility() || element.tagName === "SCRIPT") continue;
    const [dark, light] = [luminance(channels(getComputedStyle(element).color).rgb), luminance(behind(element))].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    result.Texts++;
    if (ratio < 4.5) result.Bad.push(ratio.toFixed(2) + " " + texts.currentNode.data.trim().slice(0, 40));
  }
  return result;
})();
