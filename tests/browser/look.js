// What can be seen of a page that is wrong, as a list of sentences. It is evaluated in the page.
(() => {
  const found = [];
  const root = document.documentElement;
  const width = root.clientWidth;
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const says = (element) => element.textContent.trim().replace(/\s+/g, " ").slice(0, 60);
  const own = (element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== "");
  const scrolled = (element) => element.closest(".scroll") !== null;
  const hidden = (element) => getComputedStyle(element).clipPath !== "none" || element.closest("thead")?.clientWidth === 1;

  // Nothing is cut off.
  if (root.scrollWidth > width) found.push(`the page is ${root.scrollWidth} wide in a window of ${width}`);
  const texts = [...document.querySelectorAll("body *")].filter((element) => own(element) && shown(element) && !hidden(element));
  for (const element of texts) {
    if (scrolled(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.left < -1 || box.right > width + 1) found.push(`cut off: ${says(element)}`);
    if (element.closest("svg") === null && getComputedStyle(element).overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1)
      found.push(`clipped: ${says(element)}`);
  }

  // Nothing in a drawing leaves it, or stands on anything else that is written.
  for (const svg of document.querySelectorAll("svg")) {
    if (!shown(svg)) continue;
    const frame = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll("text")].map((text) => [text, text.getBoundingClientRect()]);
    for (const [text, box] of boxes) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        found.push(`leaves its drawing: ${says(text)}`);
      if (parseFloat(getComputedStyle(text).fontSize) * (frame.width / svg.viewBox.baseVal.width) < 9)
        found.push(`too small to read: ${says(text)}`);
    }
    for (let one = 0; one < boxes.length; one++)
      for (let other = one + 1; other < boxes.length; other++) {
        const [a, b] = [boxes[one][1], boxes[other][1]];
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 1 && down > 4) found.push(`one on the other: ${says(boxes[one][0])} / ${says(boxes[other][0])}`);
      }
  }

  // What is written stands out from what is behind it (WCAG 2, AA).
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => {
    const linear = [r, g, b].map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const behind = (element) => {
    if (element.closest("svg") !== null) {
      const rect = element.classList.contains("number") ? element.parentElement.querySelector("rect") : null;
      if (rect !== null) return channels(getComputedStyle(rect).fill);
      element = element.closest("svg").parentElement;
    }
    for (let above = element; above !== null; above = above.parentElement) {
      const colour = channels(getComputedStyle(above).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  for (const element of texts) {
    const style = getComputedStyle(element);
    const front = channels(element.closest("svg") !== null ? style.fill : style.color);
    const [light, dark] = [luminance(front), luminance(behind(element))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: ${says(element)}`);
  }
  return found;
})()
