using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>Dependencies point one way: drivers to the engine, the host's edge to the engine and the extensions, and the engine to nothing.</summary>
public sealed class ArchitectureTests
{
    private static readonly string[] TopLevel = ["drivers", "engine", "examples", "perf", "tests"];

    public static TheoryData<string> DriverProjects => [.. ProjectsUnder("drivers")];

    [Fact]
    public void TheCoreReferencesNothingButTheBaseClassLibrary()
    {
        Assert.Empty(References("engine/PollMode/PollMode.csproj", "ProjectReference"));
        Assert.Empty(References("engine/PollMode/PollMode.csproj", "PackageReference"));
        Assert.All(AssembliesOf("PollMode"), name => Assert.True(IsBaseClassLibrary(name), name));
    }

    [Theory]
    [MemberData(nameof(DriverProjects))]
    public void ADriverReferencesTheCoreAlone(string project)
    {
        Assert.Equal("PollMode", Path.GetFileNameWithoutExtension(Assert.Single(References(project, "ProjectReference"))));
        Assert.Empty(References(project, "PackageReference"));
    }

    [Fact]
    public void AssembliesOfTheSoftwareDriversReferenceTheCoreAlone() =>
        Assert.All(AssembliesOf("PollMode.Drivers.Software"), name => Assert.True(name == "PollMode" || IsBaseClassLibrary(name), name));

    [Fact]
    public void HostingReferencesTheCoreAndTheExtensions()
    {
        const string Hosting = "engine/PollMode.Hosting/PollMode.Hosting.csproj";
        Assert.Equal("PollMode", Path.GetFileNameWithoutExtension(Assert.Single(References(Hosting, "ProjectReference"))));
        Assert.All(References(Hosting, "PackageReference"), name => Assert.StartsWith("Microsoft.Extensions.", name, StringComparison.Ordinal));
        Assert.All(AssembliesOf("PollMode.Hosting"), name =>
            Assert.True(name == "PollMode" || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) || IsBaseClassLibrary(name), name));
    }

    [Fact]
    public void IsolationReferencesTheCoreAlone()
    {
        const string Isolation = "engine/PollMode.Isolation/PollMode.Isolation.csproj";
        Assert.Equal("PollMode", Path.GetFileNameWithoutExtension(Assert.Single(References(Isolation, "ProjectReference"))));
        Assert.Empty(References(Isolation, "PackageReference"));
        Assert.All(AssembliesOf("PollMode.Isolation"), name => Assert.True(name == "PollMode" || IsBaseClassLibrary(name), name));
    }

    [Fact]
    public void HostedIsolationReferencesIsolationHostingAndTheExtensions()
    {
        const string Both = "engine/PollMode.Isolation.Hosting/PollMode.Isolation.Hosting.csproj";
        Assert.Equal(["PollMode.Hosting", "PollMode.Isolation"], References(Both, "ProjectReference").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));
        Assert.All(References(Both, "PackageReference"), name => Assert.StartsWith("Microsoft.Extensions.", name, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryLibraryCanBeCompiledAheadOfTime()
    {
        foreach (string part in (string[])["engine", "drivers"])
        {
            XDocument props = XDocument.Load(Path.Combine(Repository.Root, part, "Directory.Build.props"));
            Assert.Equal("true", props.Descendants("IsAotCompatible").Single().Value);
        }
    }

    [Fact]
    public void TheTopLevelIsFiveFolders()
    {
        string[] builtOrHidden = ["artifacts", "TestResults", "BenchmarkDotNet.Artifacts"];
        IEnumerable<string> folders = Directory.EnumerateDirectories(Repository.Root)
            .Select(folder => Path.GetFileName(folder))
            .Where(name => !name.StartsWith('.') && !builtOrHidden.Contains(name))
            .Order(StringComparer.Ordinal);
        Assert.Equal(TopLevel, folders, StringComparer.Ordinal);
    }

    private static IEnumerable<string> ProjectsUnder(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Order(StringComparer.Ordinal);

    private static List<string> References(string project, string kind) =>
        [.. XDocument.Load(Path.Combine(Repository.Root, project)).Descendants(kind).Select(item => item.Attribute("Include")!.Value.Replace('\\', '/'))];

    private static List<string> AssembliesOf(string project)
    {
        using var file = new PEReader(File.OpenRead(Repository.Built(project)));
        MetadataReader metadata = file.GetMetadataReader();
        List<string> names = [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
        Assert.NotEmpty(names);
        return names;
    }

    private static bool IsBaseClassLibrary(string name) => name.StartsWith("System.", StringComparison.Ordinal) || name is "Microsoft.Win32.Primitives";
}
