/// What a ranker sees of a query and a document.
extension RetrievalWorld {
  /// The number of features of a pair: one product for each topic, their sum, the two cues.
  public var featureCount: Int { settings.topics + 3 }

  /// The relevance that embeddings show: the product of both embeddings.
  public func observedRelevance(query: Int, document: Int, form: QueryForm) -> Double {
    Self.dot(queryEmbeddings[query][form.index], documentEmbeddings[document])
  }

  /// Appends the features of a pair to `row`: products of embeddings by topic, their sum, and the cues of the document.
  ///
  /// Neither the true topics, nor the evidence strength, nor the document that a perturbation has in mind are among them.
  public func appendFeatures(query: Int, document: Int, form: QueryForm, to row: inout [Double]) {
    let asked = queryEmbeddings[query][form.index]
    let found = documentEmbeddings[document]
    var sum = 0.0
    for topic in asked.indices {
      let product = asked[topic] * found[topic]
      row.append(product)
      sum += product
    }
    row.append(sum)
    row.append(cues[document][0])
    row.append(cues[document][1])
  }
}
