// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "allot",
  products: [
    .executable(name: "allot", targets: ["CLI"]),
    .library(name: "Statistics", targets: ["Statistics"]),
    .library(name: "Estimators", targets: ["Policies", "Estimators"]),
    .library(name: "Allocation", targets: ["Allocation"]),
    .library(name: "Modulation", targets: ["Modulation"]),
    .library(name: "Claims", targets: ["Claims"]),
    .library(name: "Training", targets: ["Training"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // MARK: - C
    .systemLibrary(
      name: "CGSL", pkgConfig: "gsl", providers: [.apt(["libgsl-dev", "pkg-config"])]),
    .target(name: "CNumerics", dependencies: ["CGSL"], linkerSettings: [.linkedLibrary("crypto")]),
    .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),

    // MARK: - Library, in the order of the import table
    .target(name: "Statistics", dependencies: ["CGSL", "CNumerics"]),
    .target(name: "Policies", dependencies: ["Statistics"]),
    .target(name: "Estimators", dependencies: ["Statistics", "Policies"]),
    .target(name: "Allocation", dependencies: ["Statistics"]),
    .target(name: "Modulation", dependencies: ["Statistics"]),
    .target(name: "Arena", dependencies: ["Statistics", "Policies", "Estimators", "Allocation"]),
    .target(
      name: "Claims", dependencies: ["Statistics", "Policies", "Estimators", "Allocation", "Modulation"]),
    .target(
      name: "Training",
      dependencies: ["Statistics", "Policies", "Estimators", "Allocation", "Modulation", "CNumerics"]),
    .target(
      name: "Interchange",
      dependencies: ["Statistics", "CSimdJSON", .product(name: "Yams", package: "Yams")]),
    .target(
      name: "Reporting",
      dependencies: [
        "Statistics", "Arena", "Claims", "Training", "Interchange",
        .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "Subprocess", package: "swift-subprocess"),
      ]),
    .executableTarget(
      name: "CLI",
      dependencies: [
        "Statistics", "Policies", "Estimators", "Allocation", "Modulation", "Arena", "Claims", "Training",
        "Interchange", "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      // The parameters that the reference run validated, so that a trainer without a run of its own knows them.
      resources: [.embedInCode("Resources/validated-parameters.json")]),

    // MARK: - Benchmarks
    .executableTarget(
      name: "AllotBenchmarks",
      dependencies: [
        "Statistics", "Policies", "Estimators", "Allocation", "Modulation", "Arena", "Training", "CNumerics",
      ],
      path: "Benchmarks/Runner"),

    // MARK: - Tests
    .target(name: "_TestSupport", dependencies: ["Statistics"], path: "Tests/_TestSupport"),
    .testTarget(name: "ArchitectureTests"),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics", "_TestSupport"]),
    .testTarget(name: "PoliciesTests", dependencies: ["Policies", "_TestSupport"]),
    .testTarget(name: "EstimatorsTests", dependencies: ["Estimators", "_TestSupport"]),
    .testTarget(name: "AllocationTests", dependencies: ["Allocation", "_TestSupport"]),
    .testTarget(name: "ModulationTests", dependencies: ["Modulation", "_TestSupport"]),
    .testTarget(name: "ClaimsTests", dependencies: ["Claims", "_TestSupport"]),
    .testTarget(
      name: "ArenaTests", dependencies: ["Arena", "Allocation", "Estimators", "Policies", "_TestSupport"]),
    .testTarget(
      name: "TrainingTests", dependencies: ["Training", "_TestSupport"], exclude: ["References"]),
    .testTarget(name: "InterchangeTests", dependencies: ["Interchange", "_TestSupport"]),
    .testTarget(name: "ReportingTests", dependencies: ["Reporting", "Training", "_TestSupport"]),
    .testTarget(name: "CLITests", dependencies: ["CLI", "Arena", "_TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
