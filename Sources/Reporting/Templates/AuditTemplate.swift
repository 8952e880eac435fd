/// The Mustache template of the report of `allot audit`; braces as in `VerificationTemplate`.
enum AuditTemplate {
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
    {{#paragraphs}}<p>{{.}}</p>
    {{/paragraphs}}
    </header>
    <main>
    {{#hasMissing}}
    <div class="note"><strong>Plots that are missing:</strong><ul>{{#missing}}<li><code>{{name}}</code>: {{reason}}</li>{{/missing}}</ul></div>
    {{/hasMissing}}
    {{#nonFinite}}<div class="note">{{nonFinite}}</div>{{/nonFinite}}
    {{#figures}}
    <figure id="{{name}}"><img src="{{{source}}}" alt="{{title}}. {{caption}}" width="800" height="{{height}}" loading="lazy"><figcaption>{{caption}} <a href="plots/{{name}}.svg">SVG</a>, <a href="plots/{{name}}.png">PNG</a>.</figcaption></figure>
    {{/figures}}
    {{#tables}}
    <section id="{{name}}">
    <h2>{{name}}</h2>
    <p class="quiet">{{description}} <a href="{{path}}">{{path}}</a> ({{rows}} rows){{#rest}}; {{rest}}{{/rest}}</p>
    <div class="scroll"><table><thead><tr>{{#columns}}<th>{{.}}</th>{{/columns}}<th>CSV</th></tr></thead><tbody>
    {{#records}}<tr>{{#cells}}<td>{{.}}</td>{{/cells}}<td><a href="{{link}}">row {{row}}</a></td></tr>
    {{/records}}
    </tbody></table></div>
    </section>
    {{/tables}}
    </main>
    </body>
    </html>
    """
}
