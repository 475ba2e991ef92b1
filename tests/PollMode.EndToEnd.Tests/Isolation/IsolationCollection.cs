using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The tests that share one publication.</summary>
[CollectionDefinition]
public sealed class IsolationCollection : ICollectionFixture<PublishedApp>;
