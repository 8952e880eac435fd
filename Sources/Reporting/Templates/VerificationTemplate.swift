/// The Mustache template of the report of `allot verify`.
///
/// Double braces escape HTML; triple braces stand only around what this program made itself: the style sheet and base64 pictures.
enum VerificationTemplate {
  static let text = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{{title}}</title>
    <style>
    {{{style}}}
    </style>
    </head>
    <body>
    <header>
    <h1>{{title}}</h1>
    <p>{{summary}}</p>
    </header>
    <main>
    <div class="scroll">
    <table class="stack">
    <thead><tr><th>Claim</th><th>Verdict</th><th>Condition</th><th>Registration</th><th>Negative control</th></tr></thead>
    <tbody>
    {{#claims}}
    <tr><td data-name="" class="name"><a href="#{{id}}">{{id}}</a></td><td data-name=""><span class="verdict {{verdict}}">{{symbol}} {{verdict}}</span></td><td data-name="Condition">{{shortCondition}}</td><td data-name="Registration">{{registration}}</td><td data-name="Negative control">{{control}}</td></tr>
    {{/claims}}
    </tbody>
    </table>
    </div>
    <p class="quiet">{{run}} All numbers: <a href="verdicts.json">verdicts.json</a>; what a trainer may rely on: <a href="validated-parameters.json">validated-parameters.json</a>; the tables with their columns: <a href="datapackage.json">datapackage.json</a>. <a href="#reading">How to read this report</a>.</p>
    {{#hasMissing}}
    <div class="note"><strong>Plots that are missing:</strong><ul>{{#missing}}<li><code>{{name}}</code>: {{reason}}</li>{{/missing}}</ul></div>
    {{/hasMissing}}
    {{#hasNonFinite}}
    <div class="note">{{nonFinite}}</div>
    {{/hasNonFinite}}
    {{#claims}}
    <section id="{{id}}">
    <h2>{{id}} <span class="verdict {{verdict}}">{{symbol}} {{verdict}}</span></h2>
    <p><strong>Claimed:</strong> {{statement}} <span class="quiet">(source: {{source}})</span></p>
    <div class="formula">{{formula}}</div>
    <p>{{explanation}} <span class="quiet">(numbers: <a href="{{table}}">{{table}}</a>)</span></p>
    {{#hasCondition}}<p><strong>Condition:</strong> {{condition}}</p>{{/hasCondition}}
    {{#figures}}
    <figure id="{{name}}"><img src="{{{source}}}" alt="{{title}}. {{caption}}" width="800" height="{{height}}" loading="lazy"><figcaption>{{caption}} <a href="plots/{{name}}.svg">SVG</a>, <a href="plots/{{name}}.png">PNG</a>, <a href="{{table}}">data</a>.</figcaption></figure>
    {{/figures}}
    {{#examples}}
    <div class="example">
    <h3>Counterexample: {{title}}</h3>
    <p>{{explanation}}</p>
    <div class="scroll"><table><thead><tr><th>quantity</th><th>exact</th><th class="number">decimal</th></tr></thead><tbody>
    {{#values}}<tr><td>{{name}}</td><td><code>{{exact}}</code></td><td class="number">{{decimal}}</td></tr>
    {{/values}}
    </tbody></table></div>
    {{#worlds}}
    <p class="quiet">{{label}}</p>
    <pre>{{json}}</pre>
    {{/worlds}}
    </div>
    {{/examples}}
    {{#hasMore}}
    <details>
    <summary>{{moreTitle}}</summary>
    {{#moreExamples}}
    <div class="example">
    <h3>Counterexample: {{title}}</h3>
    <p>{{explanation}}</p>
    <div class="scroll"><table><thead><tr><th>quantity</th><th>exact</th><th class="number">decimal</th></tr></thead><tbody>
    {{#values}}<tr><td>{{name}}</td><td><code>{{exact}}</code></td><td class="number">{{decimal}}</td></tr>
    {{/values}}
    </tbody></table></div>
    {{#worlds}}
    <p class="quiet">{{label}}</p>
    <pre>{{json}}</pre>
    {{/worlds}}
    </div>
    {{/moreExamples}}
    </details>
    {{/hasMore}}
    {{#hasParts}}
    <details{{#open}} open{{/open}}>
    <summary>{{partsTitle}}</summary>
    <div class="scroll"><table><thead><tr><th>estimator or method</th><th>population</th><th>verdict</th><th>condition</th></tr></thead><tbody>
    {{#parts}}<tr><td>{{estimator}}</td><td>{{population}}</td><td><span class="verdict {{verdict}}">{{symbol}} {{verdict}}</span></td><td>{{condition}}</td></tr>
    {{/parts}}
    </tbody></table></div>
    </details>
    {{/hasParts}}
    {{#hasEstimates}}
    <details>
    <summary>{{estimatesTitle}}</summary>
    <div class="scroll"><table><thead><tr><th>design</th><th>method</th><th>statistic</th><th class="number">estimate</th><th class="number">MC error</th><th class="number">interval</th><th class="number">exact</th><th class="number">n</th><th>CSV</th></tr></thead><tbody>
    {{#estimates}}<tr><td>{{design}}</td><td>{{method}}</td><td>{{stat}}</td><td class="number"><a href="{{link}}">{{est}}</a></td><td class="number">{{mcse}}</td><td class="number">{{interval}}</td><td class="number">{{exact}}</td><td class="number">{{n}}</td><td><a href="{{link}}">row {{row}}</a></td></tr>
    {{/estimates}}
    </tbody></table></div>
    {{#hasRest}}<p class="quiet">{{rest}} <a href="{{table}}">{{table}}</a></p>{{/hasRest}}
    </details>
    {{/hasEstimates}}
    <p class="quiet">Negative control: {{controlStatement}} — <span class="verdict {{controlClass}}">{{controlSymbol}} {{control}}</span>. Specification {{registration}}, SHA-256 <code>{{hash}}</code>. Margin {{margin}}. Tables: {{#tables}}<a href="{{path}}">{{path}}</a> ({{rows}} rows) {{/tables}}</p>
    </section>
    {{/claims}}
    {{#hasLog}}
    <section id="real-tokens">
    <h2>On real tokens</h2>
    <p>What the same questions give on the tokens of logged rollouts. A log is one sample: an answer that agrees is marked with the number of tokens it was checked on, a disagreement breaks the claim, and a question whose fields the log lacks is named.</p>
    {{#log}}
    <h3 id="real-tokens-{{id}}"><a href="#{{id}}">{{id}}</a></h3>
    <p>{{explanation}}</p>
    <div class="scroll"><table><thead><tr><th>question</th><th>on real tokens</th><th>condition or reason</th></tr></thead><tbody>
    {{#parts}}<tr><td>{{estimator}}</td><td><span class="verdict {{verdict}}">{{symbol}} {{verdict}}</span></td><td>{{condition}}</td></tr>
    {{/parts}}
    </tbody></table></div>
    {{#figures}}
    <figure id="{{name}}"><img src="{{{source}}}" alt="{{title}}. {{caption}}" width="800" height="{{height}}" loading="lazy"><figcaption>{{caption}} <a href="plots/{{name}}.svg">SVG</a>, <a href="plots/{{name}}.png">PNG</a>, <a href="{{table}}">data</a>.</figcaption></figure>
    {{/figures}}
    {{#hasEstimates}}
    <details>
    <summary>{{estimatesTitle}}</summary>
    <div class="scroll"><table><thead><tr><th>design</th><th>method</th><th>statistic</th><th class="number">estimate</th><th class="number">error</th><th class="number">interval</th><th class="number">exact</th><th class="number">n</th><th>CSV</th></tr></thead><tbody>
    {{#estimates}}<tr><td>{{design}}</td><td>{{method}}</td><td>{{stat}}</td><td class="number"><a href="{{link}}">{{est}}</a></td><td class="number">{{mcse}}</td><td class="number">{{interval}}</td><td class="number">{{exact}}</td><td class="number">{{n}}</td><td><a href="{{link}}">row {{row}}</a></td></tr>
    {{/estimates}}
    </tbody></table></div>
    {{/hasEstimates}}
    {{/log}}
    </section>
    {{/hasLog}}
    <section id="reading">
    <h2>How to read this report</h2>
    <dl>
    <dt><span class="verdict supported">✓ supported</span></dt><dd>It holds wherever it was examined: exactly where the world is small enough to enumerate, else by simulation.</dd>
    <dt><span class="verdict supported-when">◐ supported-when</span></dt><dd>It holds under the condition that stands beside it, in the region where that was checked.</dd>
    <dt><span class="verdict refuted">✗ refuted</span></dt><dd>It fails. A counterexample is printed with exact values to redo by hand, or a confidence sequence excludes it.</dd>
    <dt><span class="verdict inconclusive">? inconclusive</span></dt><dd>The replicates spent settle nothing, or the negative control was not refuted, so that a verdict would mean nothing.</dd>
    <dt><span class="verdict not-testable">– not-testable</span></dt><dd>It could not be asked, for the reason given.</dd>
    </dl>
    <p><strong>The verdict of a claim is its weakest part.</strong> A claim that speaks of several estimators or populations has one sub-verdict for each. Parts marked (rival) are judged by the same rule for comparison; the claim does not speak of them, and they do not count in its verdict.</p>
    <p><strong>Chance of a wrong verdict.</strong> Parts decided by exact computation leave nothing to chance. All p-values of all simulated parts and controls of a run, in both directions, form one family; Holm's procedure keeps the chance that any settled verdict of the run is wrong below {{familyError}}. The p-values and confidence sequences are valid at every stopping time, so an examination may stop once it knows.</p>
    <p><strong>Negative control.</strong> Beside each claim runs a sibling that is false on purpose. It must come out refuted; that shows that the examination could have refuted the claim.</p>
    <p><strong>Registration.</strong> <em>registered</em>: the specification is the one whose hash was locked before the run; <em>changed since lock</em>: it is not; <em>exploratory</em>: the lock does not know the claim, or there is none.</p>
    <p><strong>Seeds.</strong> Each random number is a function of seed, claim, design point and replicate. The same seed gives the same tables, byte for byte, on any number of threads. Repeat this run with <code>{{command}}</code>.</p>
    <p><strong>Links.</strong> Each number leads to its row in a CSV file (the header is row 1). An empty cell is a missing value.</p>
    </section>
    </main>
    </body>
    </html>
    """
}
