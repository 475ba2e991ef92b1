using Xunit;

namespace PollMode.Testing;

/// <summary>What tests with kernel devices need of the host; without it they are skipped, and say what is missing.</summary>
public static class HostRights
{
    public static void NeedNamespaces()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root, to make network namespaces");
        NeedProgram("ip");
    }

    public static void NeedProgram(string name)
    {
        string path = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty) + ":/usr/sbin:/sbin";
        Assert.SkipUnless(path.Split(':').Any(folder => File.Exists(Path.Combine(folder, name))), $"needs the program '{name}'");
    }
}
