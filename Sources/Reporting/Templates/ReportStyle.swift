/// The style sheet of the reports, light and dark, on screen, telephone and paper.
enum ReportStyle {
  static let css = """
    :root { color-scheme: light dark; --ink: #1b1f24; --quiet: #57606a; --paper: #ffffff; --panel: #f6f8fa; --line: #d0d7de;
      --link: #0b5cad; --good: #1a6b3c; --good-back: #ddf4e4; --part: #7a5200; --part-back: #fff1cf; --bad: #a3261d;
      --bad-back: #ffe3e0; --open: #45505c; --open-back: #e9edf1; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e6edf3; --quiet: #9da7b3; --paper: #0f1419; --panel: #171d24; --line: #343c46; --link: #79b8ff;
        --good: #7ee2a2; --good-back: #12351f; --part: #f2cc60; --part-back: #3a2d08; --bad: #ffa198; --bad-back: #471a16;
        --open: #b7c1cc; --open-back: #2a323b; }
    }
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
      font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", Roboto, Helvetica, Arial, sans-serif; }
    h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .4rem; }
    h2 { font-size: 1.3rem; margin: 2.6rem 0 .5rem; padding-top: .9rem; border-top: 1px solid var(--line); }
    h3 { font-size: 1.02rem; margin: 1.4rem 0 .4rem; }
    p { margin: .5rem 0; max-width: 46rem; }
    a { color: var(--link); }
    code, pre, .formula { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .875em; }
    pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; overflow-x: auto;
      white-space: pre-wrap; overflow-wrap: anywhere; }
    .formula { background: var(--panel); border-left: 3px solid var(--line); padding: .45rem .8rem; margin: .6rem 0;
      overflow-wrap: anywhere; }
    .quiet { color: var(--quiet); font-size: .875rem; }
    .scroll { overflow-x: auto; margin: .6rem 0; }
    table { border-collapse: collapse; width: 100%; font-size: .875rem; }
    th, td { text-align: left; vertical-align: top; padding: .36rem .7rem .36rem 0; border-bottom: 1px solid var(--line); }
    th { font-weight: 600; color: var(--quiet); white-space: nowrap; }
    td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    @media (min-width: 50rem) { td.name { white-space: nowrap; } }
    .verdict { display: inline-block; padding: .05rem .5rem; border-radius: 999px; font-weight: 600; font-size: .85em;
      white-space: nowrap; border: 1px solid currentColor; }
    .supported { color: var(--good); background: var(--good-back); }
    .supported-when { color: var(--part); background: var(--part-back); }
    .refuted { color: var(--bad); background: var(--bad-back); }
    .inconclusive, .not-testable { color: var(--open); background: var(--open-back); }
    figure { margin: 1rem 0 1.4rem; }
    figure img { display: block; width: 100%; max-width: 50rem; height: auto; background: #ffffff; border: 1px solid var(--line);
      border-radius: 6px; }
    figcaption { color: var(--quiet); font-size: .875rem; max-width: 46rem; margin-top: .35rem; }
    details { border: 1px solid var(--line); border-radius: 6px; padding: .45rem .8rem; margin: .7rem 0; }
    summary { cursor: pointer; font-weight: 600; }
    .example { border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 6px; padding: .2rem .9rem .6rem;
      margin: .8rem 0; }
    .note { background: var(--part-back); color: var(--part); border-radius: 6px; padding: .5rem .9rem; margin: .8rem 0; }
    dl { margin: .4rem 0; } dt { font-weight: 600; margin-top: .5rem; } dd { margin: 0 0 0 1rem; }
    @media (max-width: 40rem) { body { padding: 1rem .75rem 3rem; } h1 { font-size: 1.4rem; }
      .stack thead { display: none; } .stack tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
      .stack td { display: block; border: 0; padding: .1rem 0; } .stack td[data-name]::before { content: attr(data-name) ": ";
      color: var(--quiet); } .stack td[data-name=""]::before { content: ""; } .stack td:empty { display: none; } }
    @media print { :root { --ink: #000; --paper: #fff; --panel: #fff; --quiet: #333; --link: #000; } body { max-width: none;
      font-size: 10pt; } h2 { break-after: avoid; } figure, .example, tr { break-inside: avoid; } a { text-decoration: none; } }
    """
}
