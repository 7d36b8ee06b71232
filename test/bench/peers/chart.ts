/** A bar, or why there is none. */
export interface Bar {
  readonly name: string;
  /** Median, least and most of all rounds. */
  readonly value?: readonly [median: number, least: number, most: number];
  /** What stands behind the bar. */
  readonly label: string;
  readonly isOurs: boolean;
}

const width = 720;
const bar = { left: 112, right: 520, height: 22, gap: 12, top: 64 };

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/**
 * Horizontal bars as SVG, with their figures as text. It brings its own background, light or dark as the reader's system
 * says, so that it is readable on any page.
 */
export function chart(title: string, subtitle: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value?.[2] ?? 0));
  const x = (value: number): string => (bar.left + ((bar.right - bar.left) * value) / (most || 1)).toFixed(1);
  const height = bar.top + bars.length * (bar.height + bar.gap) + 8;
  const drawn = bars.map(({ name, value, label, isOurs }, i) => {
    const y = bar.top + i * (bar.height + bar.gap);
    const middle = y + bar.height / 2;
    const ours = isOurs ? ' class="ours"' : "";
    const [median, from, to] = value ?? [0, 0, 0];
    return [
      `<text${ours} x="${bar.left - 10}" y="${middle}" text-anchor="end">${escaped(name)}</text>`,
      ...(value === undefined
        ? []
        : [
            `<rect${ours} x="${bar.left}" y="${y}" width="${(Number(x(median)) - bar.left).toFixed(1)}" height="${bar.height}" rx="2"/>`,
            `<path d="M${x(from)} ${middle}H${x(to)}M${x(from)} ${middle - 4}v8M${x(to)} ${middle - 4}v8"/>`,
          ]),
      `<text${ours} x="${value === undefined ? bar.left : Number(x(Math.max(median, to))) + 8}" y="${middle}">${escaped(label)}</text>`,
    ].join("\n");
  });
  const said = bars.map(({ name, label }) => `${name}: ${label}`).join("; ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">${escaped(title)}</title>
<desc id="desc">${escaped(`${subtitle} ${said}`)}</desc>
<style>
.page { fill: #ffffff; }
text { fill: #213547; font: 14px system-ui, sans-serif; dominant-baseline: central; }
.heading { font-size: 16px; font-weight: 600; }
.small { font-size: 12px; }
text.ours { font-weight: 600; }
rect { fill: #9aa3ad; }
rect.ours { fill: #c8562b; }
path { stroke: #213547; stroke-width: 1.5; fill: none; }
@media (prefers-color-scheme: dark) {
  .page { fill: #1b1b1f; }
  text { fill: #dfdfd6; }
  rect { fill: #5b6470; }
  rect.ours { fill: #e07c50; }
  path { stroke: #dfdfd6; }
}
</style>
<rect class="page" width="${width}" height="${height}" rx="8"/>
<text class="heading" x="16" y="24">${escaped(title)}</text>
<text class="small" x="16" y="44">${escaped(subtitle)}</text>
${drawn.join("\n")}
</svg>
`;
}
