using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The packages, added to a program of somebody else's: the READMEs' examples, as they are written there, compile and run.</summary>
public sealed class PackageTests
{
    private static readonly string[] Packages = ["engine/PollMode", "engine/PollMode.Hosting", "drivers/PollMode.Drivers.Software"];

    [Fact]
    public async Task AProgramThatAddsThemRuns()
    {
        using var folder = new Folder();
        foreach (string package in Packages)
        {
            await DotNet(Repository.Root, "pack", package, "-c", Repository.Configuration, "--no-build", "-o", folder.File("packages"));
        }

        File.Copy(Repository.Recording("mixed.pcap"), folder.File("in.pcap"));

        // What these packages depend on is taken from where it was restored to for these tests: no network.
        await Write(folder, "nuget.config", $"""
            <configuration>
              <packageSources><clear /><add key="packages" value="packages" /></packageSources>
              <config><add key="globalPackagesFolder" value="restored" /></config>
              <fallbackPackageFolders><clear /><add key="machine" value="{MachinePackages()}" /></fallbackPackageFolders>
            </configuration>
            """);
        await Write(folder, "app.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <UseAppHost>false</UseAppHost>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="PollMode.Hosting" Version="*" />
                <PackageReference Include="PollMode.Drivers.Software" Version="*" />
              </ItemGroup>
            </Project>
            """);

        string hosted = await Example(folder, "README.md");
        Assert.Contains("4968 packets received, 4963 sent, 5 dropped", hosted, StringComparison.Ordinal);
        Assert.Equal(4963, CaptureReader.Read(folder.File("out.pcapng")).Count);

        string alone = await Example(folder, "engine/PollMode/README.md");
        Assert.EndsWith("packets received\n", alone, StringComparison.Ordinal);
        Assert.NotEqual('0', alone.Split('\n')[^2][0]);
    }

    /// <summary>Builds and runs the first program in C# that a README shows.</summary>
    private static async Task<string> Example(Folder folder, string readme)
    {
        IEnumerable<string> program = File.ReadLines(Path.Combine(Repository.Root, readme))
            .SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```");
        await Write(folder, "Program.cs", string.Join('\n', program));
        await DotNet(folder.Path, "build", "-c", "Release", "-o", "app", "--disable-build-servers");
        using Run run = await Run.Start(Repository.DotNet, [folder.File("app/app.dll")], folder.Path).End();
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        return run.Output;
    }

    private static async Task DotNet(string folder, params string[] arguments)
    {
        using Run run = await Run.Start(Repository.DotNet, [.. arguments, "--nologo"], folder).End();
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
    }

    private static Task Write(Folder folder, string name, string text) => File.WriteAllTextAsync(folder.File(name), text, TestContext.Current.CancellationToken);

    private static string MachinePackages() =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}
